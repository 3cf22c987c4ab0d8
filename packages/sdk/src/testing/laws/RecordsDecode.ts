// records-decode: what was recorded becomes rows of the contract.
import type { Contract, Row } from "@inlet/core"
import type { Bench } from "../Bench.ts"
import { shown, unanswered } from "../Bench.ts"
import type { Taken } from "../Reading.ts"
import { make, type Violation } from "../Violation.ts"

const LAW = "records-decode"
const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z)?$/

/** What is wrong with a cell, or undefined. */
const cellProblem = ({ name, type }: Contract.Column, cell: unknown): string | undefined => {
  const is = cell === null ? "null" : typeof cell
  if (type === "number") {
    return typeof cell === "number" && Number.isFinite(cell)
      ? undefined
      : `the column ${name} is no finite number (${is})`
  }
  if (typeof cell !== "string") return `the column ${name} is no text (${is})`
  return type === "datetime" && !(ISO.test(cell) && !Number.isNaN(Date.parse(cell)))
    ? `the column ${name} is no ISO 8601 time in UTC`
    : undefined
}

const rowProblem = ({ columns }: Contract.Contract, row: Row.Row): string | undefined => {
  const names = new Set(columns.map(({ name }) => name))
  const strange = Object.keys(row).find((name) => !names.has(name))
  if (strange !== undefined) return `the column ${strange} is not in the contract`
  for (const column of columns) {
    if (column.name in row) {
      const problem = cellProblem(column, row[column.name])
      if (problem !== undefined) return problem
    } else if (!column.optional) return `the column ${column.name} is missing though it is not optional`
  }
  return undefined
}

const problemsOf = (bench: Bench, taken: Taken): ReadonlyArray<Violation> => {
  const { spec, stream } = bench
  const { mapped, page, records, threw } = taken
  const where = (index: number) => `record ${index} (from 0) of ${shown(taken)}`
  const violation = (came: string, index: number, todo: string) =>
    make(LAW, stream, {
      expected: "every record as a row of the contract, or told by the connector to be none",
      came,
      example: where(index),
      todo
    })
  if (threw !== null)
    return [violation(`records threw ${threw}`, 0, "let records give an empty list for what it does not know")]
  const wrong = mapped.flatMap((one, index) => {
    if (one === null) return [violation("map threw", index, "let map give a Rejected with a code and a path")]
    if (one._tag === "Rejected") {
      const { code, path } = one.rejection
      const at = path === "" ? "" : ` at ${path}`
      return [
        violation(
          `a record is rejected: ${code}${at}`,
          index,
          "let the column fit what the service sends, or make it optional"
        )
      ]
    }
    const problem = rowProblem(spec.contract, one.row)
    return problem === undefined ? [] : [violation(problem, index, "let the mapping and the contract say the same")]
  })
  if (page.request.status === 200 && page.records !== records.length) {
    const came = `the page says that it has ${page.records} records, and there are ${records.length}`
    return [...wrong, violation(came, 0, "set records to the number of what records finds")]
  }
  return wrong
}

export const check = (bench: Bench): ReadonlyArray<Violation> => {
  const { first, stream } = bench
  const lost = unanswered(LAW, stream, first)
  if (lost.length > 0) return lost
  const why = first.refused?.message ?? first.broke ?? first.error?.detail
  if (why !== undefined) {
    return [
      make(LAW, stream, {
        expected: "the stream can be read from the cassette",
        came: `it cannot be read: ${why}`,
        todo: "see that the configuration of the test fits the cassette, or record it again"
      })
    ]
  }
  if (first.pages.every(({ records }) => records.length === 0)) {
    return [
      make(LAW, stream, {
        expected: "at least one record in the cassette",
        came: "no record of the stream was recorded",
        todo: "record it where there is some, or leave the stream out and say why"
      })
    ]
  }
  return first.pages.flatMap((taken) => problemsOf(bench, taken)).slice(0, 3)
}
