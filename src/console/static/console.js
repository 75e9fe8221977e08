// What makes the pages quicker for those whose browser runs scripts; every page works without it.
import { initAll } from './govuk-frontend.min.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()

// A letter presses the button that shows it, unless somebody is typing.
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
  if (event.target.closest('input, textarea, select')) return
  const button = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`)
  if (!button) return
  event.preventDefault()
  button.click()
})

for (const button of document.querySelectorAll('.kf-print')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}
