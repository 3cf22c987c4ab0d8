// "Did you mean": the known words nearest to what somebody typed, by spelling or by what other tools call it.
import { at, children, type Description, leaves } from "./Description.ts"

/** How many letters to add, drop, change or swap with their neighbour. */
const distance = (a: string, b: string): number => {
  const rows: Array<Array<number>> = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  const cost = (i: number, j: number) => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          cost(i - 1, j) + 1,
          cost(i, j - 1) + 1,
          cost(i - 1, j - 1) + same,
          swapped ? cost(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY
        )
      )
    }
  }
  return cost(a.length, b.length)
}

/** The nearest by spelling, where it is near enough to be meant; case does not count. */
const spelled = (word: string, known: ReadonlyArray<string>): string | undefined => {
  const typed = word.toLowerCase()
  const near = known
    .map((candidate) => ({ candidate, far: distance(typed, candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= Math.max(1, Math.floor(Math.min(typed.length, candidate.length) / 3)))
    .sort((a, b) => a.far - b.far)
  return near[0]?.candidate
}

/** So many letters may be the beginning of a word. */
const BEGINNING = 2

/** The word that is meant by one that is wrong or only begun; undefined where none is near. */
export const nearest = (word: string, known: Iterable<string>): string | undefined => {
  const words = [...known]
  const letters = (text: string) => text.toLowerCase().replace(/^-+/, "")
  const begun = letters(word)
  const begins = begun.length < BEGINNING ? undefined : words.find((one) => letters(one).startsWith(begun))
  return spelled(word, words) ?? begins
}

/** ` Did you mean "x" or "y"?`, or nothing. */
const asked = (meant: ReadonlyArray<string>): string => {
  const words = meant.map((word) => `"${word}"`)
  const [last] = words.slice(-1)
  return last === undefined
    ? ""
    : ` Did you mean ${words.length === 1 ? last : `${words.slice(0, -1).join(", ")} or ${last}`}?`
}

/** ` Did you mean "x"?`, or nothing. */
export const didYouMean = (word: string, known: Iterable<string>): string => {
  const meant = nearest(word, known)
  return asked(meant === undefined ? [] : [meant])
}

/** Words of other tools for what commands do here. */
const ELSEWHERE: ReadonlyMap<string, ReadonlyArray<string>> = new Map([
  ["add", ["new", "init"]],
  ["auth", ["login"]],
  ["cat", ["show", "events"]],
  ["check", ["doctor", "check"]],
  ["clean", ["prune"]],
  ["config", ["init", "doctor"]],
  ["configure", ["init"]],
  ["create", ["new", "init"]],
  ["delete", ["discard", "erase"]],
  ["dump", ["export"]],
  ["extract", ["sync"]],
  ["forget", ["erase"]],
  ["get", ["show", "runs"]],
  ["history", ["runs"]],
  ["import-log", ["import"]],
  ["info", ["status"]],
  ["list", ["status", "runs", "list"]],
  ["load", ["send"]],
  ["log", ["events", "sends"]],
  ["logs", ["events", "sends"]],
  ["ls", ["status", "runs", "list"]],
  ["ps", ["status", "runs"]],
  ["pull", ["sync"]],
  ["push", ["send"]],
  ["remove", ["discard", "erase"]],
  ["restore", ["import"]],
  ["retry", ["release", "send", "sync"]],
  ["rm", ["discard", "erase"]],
  ["run", ["sync", "runs"]],
  ["setup", ["init"]],
  ["start", ["sync", "demo"]],
  ["test", ["test", "doctor"]],
  ["up", ["sync", "demo"]],
  ["update", ["sync"]]
])

const MOST = 3

/** ` Did you mean …?` for a word that is no command below `path`: one beside it, below another one, or of another name. */
export const command = (root: Description, path: ReadonlyArray<string>, word: string): string => {
  const typed = word.toLowerCase()
  const siblings = children(at(root, path)).map(({ name }) => name)
  const others = children(root).map(({ name }) => name)
  const all = leaves(root).map((leaf) => leaf.path)
  const called = (name: string): ReadonlyArray<string> => {
    if (siblings.includes(name)) return [[...path, name].join(" ")]
    if (others.includes(name)) return [name]
    return all.filter((names) => names.at(-1) === name).map((names) => names.join(" "))
  }
  // replay-sends, replay:sends
  const joined = new Map(all.map((names) => [names.join(""), names.join(" ")]))
  const like = (name: string | undefined) => (name === undefined ? [] : called(name))
  const elsewhere = ELSEWHERE.get(typed) ?? []
  const beside = elsewhere.filter((name) => siblings.includes(name))
  const found = [
    ...(beside.length > 0 ? beside : elsewhere).flatMap(called),
    ...called(typed),
    ...like(nearest(typed, siblings)),
    ...[joined.get(spelled(typed.replace(/[^a-z]/g, ""), [...joined.keys()]) ?? "") ?? []].flat()
  ]
  const last = all.map((names) => names.at(-1) ?? "")
  const meant = [...new Set(found.length > 0 ? found : like(nearest(typed, last)))]
  if (meant.length > 0) return asked(meant.slice(0, MOST))
  return path.length === 0 ? "" : ` There is: ${siblings.join(", ")}.`
}

/** The same for options; the first of them that the command has. */
const OPTIONS: ReadonlyMap<string, ReadonlyArray<string>> = new Map([
  ["--debug", ["--log-level debug"]],
  ["--output", ["--out", "--format", "--json"]],
  ["--since", ["--from"]],
  ["--until", ["--to"]],
  ["--verbose", ["--log-level info"]],
  ["-V", ["--version"]],
  ["-c", ["--config"]],
  ["-f", ["--follow", "--force"]],
  ["-n", ["--dry-run", "--limit"]],
  ["-o", ["--out", "--format", "--json"]],
  ["-q", ["--quiet"]],
  ["-v", ["--version"]],
  ["-y", ["--yes"]]
])

/** ` Did you mean …?` for an option that is none of these. */
export const option = (name: string, known: ReadonlyArray<string>): string => {
  const meant = OPTIONS.get(name)?.find((other) => known.includes(other.split(" ")[0] ?? other))
  if (meant !== undefined) return asked([meant])
  // Any letter is near to any other.
  return /^-.$/.test(name) ? "" : didYouMean(name, known)
}
