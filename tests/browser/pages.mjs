// Pages in a browser, whoever looks at them.

// A browser's context for one person. What never comes is said after ten minutes, which is no measure of speed: on a busy
// machine a page may take longer than the half minute that Playwright gives it.
export async function newContext(browser, how = {}) {
  const context = await browser.newContext(how)
  context.setDefaultTimeout(600_000)
  return context
}

// Clicks, and is back with the page that comes of it.
export async function follow(page, link) {
  await Promise.all([page.waitForNavigation(), link.click()])
}
