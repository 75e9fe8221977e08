// The department: one request from opening to its certificate, without scripts; its data protection officer looks on.
import { expect, look, lookAt, lookInPrint } from './look.mjs'
import { follow } from './pages.mjs'

export async function department({ person }, request) {
  const clerk = await person('dwp', 'linkage-1', { scripts: false }).arrive()
  const protector = await person('dwp', 'data-protection-1').arrive()
  await clerk.go('request')
  expect('without a request the page says what to do', (await clerk.page.textContent('main')).includes('There is no request here now'))
  await clerk.bring(request)
  await clerk.go('request')
  expect('the days left are large on the page', (await clerk.page.textContent('.kf-figure')).includes('days left'))
  await clerk.press('Match and seal the return')
  expect('a request is matched, without scripts', (await clerk.done()).includes('Matched'), await clerk.page.textContent('main'))
  const back = await clerk.take('return-')
  await lookAt(protector, 'department-holdings', 'holdings')

  const seeing = await person('dwp', 'linkage-1').arrive()
  await lookAt(seeing, 'department-request', 'request')
  await seeing.press('Destroy this request')
  await seeing.done()
  await look(seeing.page, 'department-destroyed')
  await lookAt(seeing, 'department-after', 'request')
  await lookAt(protector, 'department-certificates', 'certificates')
  await follow(protector.page, protector.page.locator('table').getByRole('link').first())
  await look(protector.page, 'department-certificate')
  await lookInPrint(protector.page, 'department-certificate')
  await lookAt(protector, 'department-promises', 'promises')
  expect('no promise is broken', (await protector.page.locator('.kf-figure', { hasText: 'broken' }).textContent()).trim().startsWith('0'))
  return back
}
