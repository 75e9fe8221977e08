// The research site: evaluate by a plan; returned with words, evaluated again; approved by somebody else; published and read.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, look, lookAt } from './look.mjs'
import { plan } from './people.mjs'
import { follow } from './pages.mjs'

async function evaluate(researcher, folder, text) {
  writeFileSync(join(folder, 'plan.toml'), text)
  await researcher.go('releases')
  await researcher.page.setInputFiles('#plan', join(folder, 'plan.toml'))
  await researcher.press('Evaluate and check')
  return researcher.done()
}

async function openForDecision(checker) {
  await checker.go('checking')
  await checker.done()
  await checker.press('Check')
  await checker.done()
  await follow(checker.page, checker.page.getByRole('link', { name: 'Look at what failed' }))
}

export async function research({ person, folder }, release) {
  const researcher = await person('ministry', 'analysis-1').arrive()
  const checker = await person('ministry', 'output-checking-1').arrive()
  await lookAt(researcher, 'research-empty', 'releases')
  await lookAt(researcher, 'research-outputs-empty', 'outputs')
  await lookAt(checker, 'checking-empty', 'checking')
  await researcher.bring(release)
  await lookAt(researcher, 'research-releases', 'releases')
  expect('a plan that is none is refused with a reason', (await evaluate(researcher, folder, '[plan\n')).includes('There is a problem'))
  await look(researcher.page, 'research-no-plan')
  expect('a release is evaluated', (await evaluate(researcher, folder, plan)).includes('Evaluated and checked'), await researcher.page.textContent('main'))
  await look(researcher.page, 'research-evaluated')

  await lookAt(checker, 'checking', 'checking')
  await openForDecision(checker)
  await look(checker.page, 'checking-output')
  expect('what failed is said figure by figure', /what failed, and why/.test(await checker.page.textContent('main')))
  await checker.press('Return to the author')
  expect('nothing is returned without words', (await checker.page.textContent('main')).includes('Say what is to be changed'))
  await openForDecision(checker)
  await checker.page.fill('#comment', 'Please leave the propensity scores out: nobody needs them.')
  await checker.press('Return to the author')
  expect('an output is returned', (await checker.done()).includes('returned'), await checker.page.textContent('main'))
  await lookAt(researcher, 'research-outputs', 'outputs')
  expect('the author reads the words', (await researcher.page.textContent('main')).includes('leave the propensity scores out'))

  expect('it is evaluated again', (await evaluate(researcher, folder, plan.replace('In work, 19', 'In any work, 19'))).includes('Evaluated and checked'), await researcher.page.textContent('main'))
  await openForDecision(checker)
  await checker.press('Approve')
  expect('an output is approved', (await checker.done()).includes('approved'), await checker.page.textContent('main'))
  await lookAt(checker, 'checking-approved', 'checking')
  await checker.press('Publish')
  expect('an output is published', (await checker.done()).includes('Published'), await checker.page.textContent('main'))
  await look(checker.page, 'checking-published')
  await lookAt(researcher, 'research-releases-after', 'releases')
  const page = await researcher.page.textContent('main')
  expect('plans are there, the changed one as changed', page.includes('as planned first') && page.includes('changed: the report says so'))
  expect('the published report can be read', readFileSync(await researcher.download('report.html'), 'utf8').includes('Are people in work?'))
  await researcher.go('outputs')
  await researcher.done()
  await researcher.press('Read the report of')
  expect('a draft can be read again', (await researcher.done()).includes('Download report.html'), await researcher.page.textContent('main'))
  await look(researcher.page, 'research-report')
  const protector = await person('ministry', 'data-protection-1').arrive()
  await lookAt(protector, 'research-promises', 'promises')
}
