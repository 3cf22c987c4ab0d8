// Titles and bodies of the demo items: short reports as people write them, with the odd CRLF, emoji and other script.

import type { Random } from "./DemoRandom.ts"

const subjects = [
  "CSV export",
  "Login page",
  "Search index",
  "Webhook delivery",
  "Billing summary",
  "Dark theme",
  "Image upload",
  "Session refresh",
  "Audit log",
  "Date picker",
  "Rate limiter",
  "Health check"
] as const

const problems = [
  "fails",
  "times out",
  "shows stale values",
  "comes back empty",
  "ignores the time zone",
  "leaks memory",
  "crashes",
  "is slow"
] as const

const circumstances = [
  "when the network drops",
  "after an upgrade",
  "with more than 10,000 rows",
  "on Safari",
  "for read-only members",
  "behind a proxy",
  "when two tabs are open",
  "during a deploy",
  "with names like «Łukasz Ž.»",
  "in the 日本語 locale"
] as const

const works = ["Fix", "Cache", "Document", "Simplify", "Retry", "Validate", "Speed up", "Add tests for"] as const

const sentences = [
  "It worked until last week and nothing in our settings has changed since.",
  "The log has one line for each attempt, and all of them look the same.",
  "A colleague sees it on another machine, so the browser profile is not to blame.",
  "Reloading the page helps for a minute or two.",
  "We have about forty people who meet this every morning.",
  "The answer arrives, but the second half of it is missing.",
  "A workaround is to split the list by month and run it twelve times.",
  "I measured it five times: between 11 and 14 seconds, never less.",
  "The documentation says that the default is off, yet it behaves as if it were on.",
  "Happy to send a patch if somebody tells me where to begin.",
  "Only accounts created before the move seem to be affected.",
  "The same request by hand, with the same token, is fine.",
  "This came up in support three times in October.",
  "Switching the flag off and on again clears it until the next restart."
] as const

const closings = [
  "Thanks! 🙏",
  "Let me know what else you need.",
  "Seen on 2.3.1 and 2.4.0.",
  "😕",
  "No hurry."
] as const

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

export const title = (random: Random, isPull: boolean): string => {
  const subject = random.pick(subjects)
  const text = isPull
    ? `${random.pick(works)} ${lower(subject)} ${random.pick(circumstances)}`
    : `${subject} ${random.pick(problems)} ${random.pick(circumstances)}`
  return random.chance(0.05) ? `${text} 🚀` : text
}

const paragraph = (random: Random) =>
  Array.from({ length: 1 + random.below(4) }, () => random.pick(sentences)).join(" ")

/** A body of some hundred bytes, or null; `revision` tells how often the item was changed. */
export const body = (random: Random, revision: number): string | null => {
  if (random.chance(0.08)) return null
  const parts = [paragraph(random)]
  if (random.chance(0.5)) {
    parts.push(`### Steps\n\n1. Open the ${lower(random.pick(subjects))}\n2. ${random.pick(sentences)}\n3. Wait`)
  }
  if (random.chance(0.3)) {
    parts.push(
      `\`\`\`\nerror: ${lower(random.pick(subjects))} ${random.pick(problems)} (code ${random.below(900)})\n\`\`\``
    )
  }
  parts.push(paragraph(random))
  if (random.chance(0.25)) parts.push(random.pick(closings))
  const newline = random.chance(0.1) ? "\r\n" : "\n"
  if (revision > 0) parts.push(`**Update ${revision}**: ${sentences[revision % sentences.length]}`)
  return parts.join("\n\n").replaceAll("\n", newline)
}

/** A branch name that fits the title. */
export const branch = (titleText: string, number: number): string =>
  `${titleText
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 30)
    .replace(/-$/, "")}-${number}`
