# Times MatchIt on the scores of a file (treat, score): seconds without replacement, largest first, and with; then how many
# treated were matched, their mean distance in score, and the megabytes that R held beyond the data, for the bench to hold its own against.
suppressMessages(library(MatchIt))
d <- read.csv(commandArgs(trailingOnly = TRUE)[1])
rownames(d) <- seq_len(nrow(d))
for (replace in c(FALSE, TRUE)) {
  held <- sum(gc(reset = TRUE)[, 2])
  seconds <- system.time(m <- matchit(treat ~ score, data = d, method = "nearest", distance = d$score, m.order = "largest", replace = replace))["elapsed"]
  mate <- as.integer(m$match.matrix[, 1])
  distance <- abs(d$score[as.integer(rownames(m$match.matrix))] - d$score[mate])
  cat(sprintf("%.3f %d %.12f %.1f\n", seconds, sum(!is.na(mate)), mean(distance, na.rm = TRUE), sum(gc()[, 6]) - held))
}
