// The council: its data officer drops a file, sees what to put right, sends; its data protection officer looks after objections.
import { readFileSync } from 'node:fs'
import { expect, look, lookAt, lookInPrint } from './look.mjs'

export async function council({ person, csv }) {
  const officer = await person('east-cheshire', 'intake-1').arrive()
  await lookAt(officer, 'council-rooms', '')
  await lookAt(officer, 'council-work-empty', 'work')
  await lookAt(officer, 'council-families', 'families')
  await officer.press('Read and seal')
  expect('no file is asked for again', (await officer.page.textContent('main')).includes('Choose the file of families first'))
  await look(officer.page, 'council-no-file')
  await officer.go('families')
  await officer.page.setInputFiles('#families', csv)
  await officer.press('Read and seal')
  expect('families are sealed', (await officer.done()).includes('Sealed'))
  expect('what to put right is shown cell by cell, with what to do', /there is no such day in the calendar.*check the date/s.test(await officer.page.textContent('main')))
  await look(officer.page, 'council-sealed')
  const rejects = readFileSync(await officer.download('All of them as CSV'), 'utf8')
  expect('the rejects are there as CSV, without a value', rejects.startsWith('line,column,reason,remedy') && !rejects.includes('31/02/1980'))
  await lookAt(officer, 'council-holdings', 'holdings')
  await lookAt(officer, 'council-outbox', 'outbox')
  await officer.go('ledger')
  expect('the ledger is for others', (await officer.page.textContent('h1')) === 'This is not allowed')
  await look(officer.page, 'not-allowed')

  const protector = await person('east-cheshire', 'data-protection-1').arrive()
  await lookAt(protector, 'council-objections', 'objections')
  for (const [field, value] of [['forenames', 'Nora'], ['surname', 'Whitlow'], ['date_of_birth', '3 4 1985']]) await protector.page.fill('#' + field, value)
  await protector.press('Note the objection')
  expect('an objection is noted at the counter', !(await protector.done()).includes('There is a problem'), await protector.page.textContent('main'))
  await look(protector.page, 'council-objection-noted')
  await lookAt(protector, 'council-cases', 'cases')
  expect('an objection has a legal clock', /object/.test(await protector.page.textContent('table')))
  await lookInPrint(protector.page, 'council-cases')
  await lookAt(protector, 'council-promises', 'promises')
  return { submission: await officer.take('submission-'), notice: await officer.take('notice-') }
}
