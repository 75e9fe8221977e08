// Somebody in the street: the notice, and the form to say no, without an account and without scripts.
import { expect, look, lookAt, lookInPrint } from './look.mjs'
import { hostile } from './people.mjs'
import { follow, newContext } from './pages.mjs'

export async function publicPages({ browser, servers, problems }) {
  const context = await newContext(browser, { javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(servers['east-cheshire'].address + 'object')
  await page.fill('#forenames', hostile)
  await follow(page, page.getByRole('button', { name: 'Send my objection' }))
  expect('a hostile name comes back as text', (await page.inputValue('#forenames')) === hostile && (await page.title()).startsWith('Object'))
  expect('what is missing is said beside each field', (await page.locator('#surname-error').textContent()).includes('Enter the surname'))
  await page.fill('#forenames', 'Ada')
  await page.fill('#surname', 'Crow')
  await page.fill('#date_of_birth', '27 3 2007')
  await follow(page, page.getByRole('button', { name: 'Send my objection' }))
  expect('an objection gives a receipt, without scripts', (await page.textContent('main')).includes('Receipt number'))
  await context.close()

  const visitor = { page: await (await newContext(browser)).newPage(), go(path) { return this.page.goto(servers['east-cheshire'].address + path) }, done() {} }
  visitor.page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('status of')) problems.push(message.text()) })
  for (const [name, path] of [['public-notice', ''], ['public-object', 'object'], ['sign-in', 'sign-in'], ['enrol', 'enrol'], ['accessibility', 'accessibility'], ['not-found', 'no-such-page']]) await lookAt(visitor, name, path)
  await visitor.go('notice')
  await lookInPrint(visitor.page, 'public-notice')
  await visitor.go('object')
  await follow(visitor.page, visitor.page.getByRole('button', { name: 'Send my objection' }))
  await look(visitor.page, 'public-object-errors')
  for (const [field, value] of [['forenames', 'Bartholomew Maximilian Featherstonehaugh '.repeat(4)], ['surname', 'Ó Raghallaigh-Wolfeschlegelsteinhausenbergerdorff'], ['date_of_birth', '1/2/1981']]) await visitor.page.fill('#' + field, value)
  await follow(visitor.page, visitor.page.getByRole('button', { name: 'Send my objection' }))
  await look(visitor.page, 'public-receipt')
  expect('the receipt has no name on it', !(await visitor.page.content()).includes('Raghallaigh'))
  await lookInPrint(visitor.page, 'public-receipt')
}
