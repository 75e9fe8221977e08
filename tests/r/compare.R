# Holds `kinfold evaluate` against R's MatchIt, sandwich and survey, run here and now on the same data.
# Usage: Rscript compare.R KINFOLD_PROGRAM. The last line is `N passed, N failed`.
suppressMessages({library(MatchIt); library(sandwich); library(survey)})

program <- commandArgs(trailingOnly = TRUE)[1]
folder <- tempfile("kinfold_r_")
dir.create(folder)
passed <- 0
failed <- 0
agree <- function(what, ours, theirs, tolerance) {
  good <- length(ours) == length(theirs) && length(ours) > 0 && all(is.finite(ours)) && all(abs(ours - theirs) <= tolerance * pmax(1, abs(theirs)))
  if (good) passed <<- passed + 1 else failed <<- failed + 1
  cat(if (good) "ok  " else "FAIL", what, if (length(ours) == 1) sprintf("%.10g (R %.10g)", ours, theirs) else
      sprintf("%d figures, largest difference %.2g", length(ours), if (length(ours) == length(theirs)) max(abs(ours - theirs)) else NA), "\n")
}

# Families of two; no two people have the same score, so that no tie rule matters.
set.seed(20191)
n <- 900
d <- data.frame(family = rep(seq_len(n / 2), each = 2), age = runif(n, 18, 60), x = rnorm(n), area = sample(c("east", "west"), n, TRUE))
d$poor <- as.integer(runif(n) < 0.4)
d$t <- as.integer(runif(n) < plogis(-2.3 + 0.02 * d$age + 0.6 * d$x + 0.4 * d$poor))
d$y <- 10 + 0.1 * d$age + d$x - d$t + 0.8 * d$poor + rnorm(n) + rep(rnorm(n / 2), each = 2)
data_file <- file.path(folder, "people.csv")
write.csv(format(d, digits = 17, trim = TRUE), data_file, row.names = FALSE, quote = FALSE)
d <- read.csv(data_file)
formula <- t ~ age + x + poor

kinfold <- function(method, cluster = FALSE, covariates = c("age", "x", "poor"), category = NULL) {
  plan <- file.path(folder, "plan.toml")
  out <- file.path(folder, "out")
  unlink(out, recursive = TRUE)
  writeLines(c(if (cluster) c("[data]", "cluster = 'family'"), "[treatment]", "column = 't'", "treated = '1'", "comparison = '0'",
               "[[outcome]]", "id = 'y'", "column = 'y'", sprintf("covariates = [%s]", paste0("'", covariates, "'", collapse = ", ")),
               unlist(lapply(covariates, function(one) c("[[covariate]]", sprintf("column = '%s'", one)))),
               if (!is.null(category)) c("[[covariate]]", sprintf("column = '%s'", category), "category = true"),
               "[[method]]", method), plan)
  status <- system2(program, c("evaluate", data_file, "--plan", plan, "--out", out), stdout = FALSE, stderr = file.path(folder, "stderr"))
  if (status != 0) stop(paste(readLines(file.path(folder, "stderr")), collapse = "\n"))
  list(effects = read.csv(file.path(out, "effects.csv")),
       balance = if (file.exists(file.path(out, "balance.csv"))) read.csv(file.path(out, "balance.csv")))
}
difference <- function(m) { w <- m$weights; t <- d$t; sum((w * d$y)[t == 1]) / sum(w[t == 1]) - sum((w * d$y)[t == 0]) / sum(w[t == 0]) }

# One to one without replacement, largest first, and with replacement: plain loops in R.
p <- fitted(glm(formula, data = d, family = binomial, control = list(epsilon = 1e-14)))
treated <- which(d$t == 1)
comparison <- which(d$t == 0)
greedy <- function(within = rep(1, n)) {
  mate <- rep(NA, n)
  free <- d$t == 0
  for (i in treated[order(p[treated], decreasing = TRUE)]) {
    of <- which(free & within == within[i])
    if (length(of) == 0) next
    mate[i] <- of[which.min(abs(p[of] - p[i]))]
    free[mate[i]] <- FALSE
  }
  mate
}
mate <- greedy()
ours <- kinfold("kind = 'greedy'")
gaps <- d$y[treated] - d$y[mate[treated]]
agree("greedy pairs, largest first: effect", ours$effects$estimate, mean(gaps), 1e-9)
matched <- data.frame(y = c(d$y[treated], d$y[mate[treated]]), t = rep(1:0, each = length(treated)), pair = rep(treated, 2))
paired <- sqrt(vcovCL(lm(y ~ t, data = matched), cluster = ~pair, type = "HC0")["t", "t"])
agree("greedy pairs: standard error by pair (sandwich)", ours$effects$std_error, paired, 1e-8)
ours <- kinfold("kind = 'greedy'\nexact = 'area'", category = "area")
mate <- greedy(d$area)
found <- treated[!is.na(mate[treated])]
agree("greedy pairs within areas: effect", ours$effects$estimate, mean(d$y[found] - d$y[mate[found]]), 1e-9)
near <- sapply(treated, function(i) comparison[which.min(abs(p[comparison] - p[i]))])
ours <- kinfold("kind = 'nearest'")
agree("nearest with replacement: effect", ours$effects$estimate, mean(d$y[treated] - d$y[near]), 1e-9)
agree("nearest with replacement: comparison people used", ours$effects$n_comparison, length(unique(near)), 0)

# MatchIt. Debian's 4.5.1 takes the nearest comparison unit that is not above the treated one in score, also where one above is
# nearer (counted here), so it is held against people whose nearest lies just below: then the two must agree to the last digit.
m <- matchit(formula, data = d, method = "nearest", replace = TRUE)
theirs <- as.integer(m$match.matrix[, 1])
cat(sprintf("note MatchIt %s did not take the nearest for %d of %d people, always from below: %s\n", packageVersion("MatchIt"),
            sum(theirs != near), length(near), all(p[theirs[theirs != near]] < p[treated[theirs != near]])))
everybody <- d
everybody_file <- data_file
grid <- seq(0, 1, length.out = 600) + runif(600, 0, 4e-4)
pair <- runif(600) < 0.1 + 0.5 * seq(0, 1, length.out = 600)
d <- rbind(data.frame(t = 0, x = grid), data.frame(t = 1, x = grid[pair] + 1e-4))
d <- d[sample(nrow(d)), ]
d$y <- 1 + 2 * d$x - d$t + rnorm(nrow(d))
d$family <- seq_len(nrow(d))
data_file <- file.path(folder, "below.csv")
write.csv(format(d, digits = 17, trim = TRUE), data_file, row.names = FALSE, quote = FALSE)
d <- read.csv(data_file)
balance <- function(of, ours, label) {
  theirs <- summary(of)
  rows <- c("distance", "x")
  at <- match(c("propensity score", "x"), ours$balance$covariate)
  columns <- list(c("smd_%s", "Std. Mean Diff."), c("variance_ratio_%s", "Var. Ratio"), c("ecdf_max_%s", "eCDF Max"), c("ecdf_mean_%s", "eCDF Mean"))
  for (one in columns) for (when in c("before", "after")) {
    agree(paste(label, one[2], when), ours$balance[[sprintf(one[1], when)]][at], (if (when == "before") theirs$sum.all else theirs$sum.matched)[rows, one[2]], 1e-7)
  }
}
for (replace in c(FALSE, TRUE)) {
  m <- matchit(t ~ x, data = d, method = "nearest", m.order = "largest", replace = replace)
  ours <- kinfold(if (replace) "kind = 'nearest'" else "kind = 'greedy'", covariates = "x")
  label <- if (replace) "MatchIt with replacement:" else "MatchIt without replacement:"
  agree(paste(label, "effect"), ours$effects$estimate, difference(m), 1e-9)
  agree(paste(label, "comparison people used"), ours$effects$n_comparison, sum(m$weights > 0 & d$t == 0), 0)
  if (!replace) agree(paste(label, "standard error by pair (sandwich)"), ours$effects$std_error,
                      sqrt(vcovCL(lm(y ~ t, data = match.data(m)), cluster = ~subclass, type = "HC0")["t", "t"]), 1e-8)
  balance(m, ours, label)
}
d <- everybody
data_file <- everybody_file

# Abadie and Imbens (2006), and (2016) for the score being estimated: the formulas written out, unit by unit.
fit <- glm(formula, data = d, family = binomial, control = list(epsilon = 1e-14))
p <- fitted(fit)
Z <- model.matrix(fit)
near <- function(i, arm, k) { of <- which(d$t == arm); of[order(abs(p[of] - p[i]))[seq_len(k)]] }
treated <- which(d$t == 1)
other <- sapply(treated, near, arm = 0, k = 1)
K <- tabulate(other, n)
K2 <- tabulate(other, n)
att <- mean(d$y[treated] - d$y[other])
L <- 5  # the unit and four others
variance <- sapply(seq_len(n), function(i) var(d$y[near(i, d$t[i], L)]))
known <- (sum((d$y[treated] - d$y[other] - att)^2) + sum(((K^2 - K2) * variance)[d$t == 0])) / length(treated)^2
local <- lapply(0:1, function(arm) t(sapply(seq_len(n), function(i) { at <- near(i, arm, L); c(mean(d$y[at]), cov(Z[at, , drop = FALSE], d$y[at])) })))
f <- p * (1 - p)
cov_term <- colSums(f * (local[[2]][, -1] + p / (1 - p) * local[[1]][, -1])) / length(treated)
slope <- colSums(Z * (f * (local[[2]][, 1] - local[[1]][, 1] - att))) / length(treated)
V <- solve(t(Z * f) %*% Z)
estimated <- known - t(cov_term) %*% V %*% cov_term + t(slope) %*% V %*% slope
ours <- kinfold("kind = 'nearest'")
agree("nearest: Abadie and Imbens' error, score estimated", ours$effects$std_error, sqrt(drop(estimated)), 1e-6)

# Regression, clustered by family; weights from the score.
cluster <- sqrt(vcovCL(lm(y ~ t + age + x + poor, data = d), cluster = ~family, type = "HC1")["t", "t"])
ours <- kinfold("kind = 'regression'", cluster = TRUE)
agree("regression: effect", ours$effects$estimate, coef(lm(y ~ t + age + x + poor, data = d))["t"], 1e-9)
agree("regression: error clustered by family (sandwich)", ours$effects$std_error, cluster, 1e-8)
ours <- kinfold("kind = 'regression'")
agree("regression: HC2 error (sandwich)", ours$effects$std_error, sqrt(vcovHC(lm(y ~ t + age + x + poor, data = d), type = "HC2")["t", "t"]), 1e-8)
for (estimand in c("ATT", "ATE", "ATC", "ATM")) {
  d$w <- switch(estimand, ATT = ifelse(d$t == 1, 1, p / (1 - p)), ATE = ifelse(d$t == 1, 1 / p, 1 / (1 - p)),
                ATC = ifelse(d$t == 1, (1 - p) / p, 1), ATM = pmin(p, 1 - p) / ifelse(d$t == 1, p, 1 - p))
  by_survey <- svyglm(y ~ t, design = svydesign(ids = ~family, weights = ~w, data = d))
  ours <- kinfold(sprintf("kind = 'ipw'\nestimand = '%s'", estimand), cluster = TRUE)
  agree(paste("weighting,", estimand, "(survey): effect"), ours$effects$estimate, coef(by_survey)["t"], 1e-7)
}
# Group means clustered by family: the survey package's design has no model to estimate, so errors agree as well.
by_survey <- svyglm(y ~ t, design = svydesign(ids = ~family, weights = ~1, data = d))
groups <- length(unique(d$family))
ours <- kinfold("kind = 'raw'", cluster = TRUE)
agree("difference of means: error clustered by family (survey), to the small-sample factor", ours$effects$std_error,
      SE(by_survey)["t"] * sqrt((groups - 1) / groups), 3e-3)

unlink(folder, recursive = TRUE)
cat(sprintf("%d passed, %d failed\n", passed, failed))
quit(status = if (failed == 0) 0 else 1)
