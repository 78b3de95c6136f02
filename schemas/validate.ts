/** All problems of a record at once: its form, then the rules that a form cannot say. */
import { compileForm, type FormCheck } from './compile-form.ts'
import { formProblems } from './form-problems.ts'
import type { FieldProblem } from './problem.ts'
import type { ObjectForm, VantaRecord } from './resource-type.ts'
import type { Rule } from './rules.ts'

/** Compiling takes milliseconds, and the twelve forms are constants: each is compiled once, when it is first needed. */
const compiled = new WeakMap<ObjectForm, FormCheck>()

const NO_PROBLEMS: readonly FieldProblem[] = []

/** Checks one record; at most one problem for each field. */
export function validateRecord(form: ObjectForm, rules: readonly Rule[], record: VantaRecord): readonly FieldProblem[] {
  const errors = formCheck(form)(record)
  const problems = errors.length === 0 ? undefined : formProblems(form, record, errors)
  return withBrokenRules(problems, rules, record) ?? NO_PROBLEMS
}

function formCheck(form: ObjectForm): FormCheck {
  const known = compiled.get(form)
  if (known !== undefined) return known
  const check = compileForm(form)
  compiled.set(form, check)
  return check
}

/** What a field's form reported says enough: rules about the same field are left out. */
function withBrokenRules(
  found: FieldProblem[] | undefined,
  rules: readonly Rule[],
  record: VantaRecord,
): readonly FieldProblem[] | undefined {
  let problems = found
  if (!isObject(record)) return problems
  for (const rule of rules) {
    const broken = rule(record)
    if (broken === undefined || problems?.some((problem) => concerns(problem, broken.field))) continue
    problems ??= []
    problems.push(broken)
  }
  return problems
}

function concerns(problem: FieldProblem, field: string): boolean {
  return problem.field === field || problem.field.startsWith(`${field}[`) || problem.field.startsWith(`${field}.`)
}

/** A module of a user may hand over anything. */
function isObject(record: unknown): boolean {
  return typeof record === 'object' && record !== null
}
