// The workflow runs of a demo repository: queued, in progress, completed, and now and then run again under the same id.
import { nodeId, person, stamp } from "./DemoCast.ts"
import * as DemoCollection from "./DemoCollection.ts"
import type { Commit, DemoCommits } from "./DemoCommits.ts"
import * as Random from "./DemoRandom.ts"
import { addresses, type Identity, minimal } from "./DemoRepository.ts"
import { title } from "./DemoText.ts"

export interface Run extends DemoCollection.Entry {
  readonly status: "queued" | "in_progress" | "completed"
  readonly attempt: number
  readonly startedAt: number
  readonly updatedAt: number
  /** What it ran on; undefined in a repository without commits. */
  readonly commit: Commit | undefined
}

/** What requests filter by. */
export interface Facts {
  readonly status: Run["status"]
  readonly conclusion: string | null
  readonly event: string
  readonly branch: string
}

export interface DemoRuns extends DemoCollection.DemoCollection<Run>, DemoCollection.Steered {
  /** Those under way end, some run again, and `count` new ones begin, the last two of them not to end. */
  readonly pass: (random: Random.Random, from: number, until: number, count: number) => void
  readonly facts: (run: Run) => Facts
}

const workflows = [
  ["CI", "ci.yml", ["push", "pull_request"]],
  ["Deploy", "deploy.yml", ["push", "workflow_dispatch"]],
  ["Nightly", "nightly.yml", ["schedule"]]
] as const
/** GitHub lets a run be run again for 30 days. */
const rerunnable = 30 * 86_400
const conclusions = ["success", "success", "success", "success", "failure", "cancelled", "skipped"] as const

export const make = (seed: number, identity: Identity, commits: DemoCommits): DemoRuns => {
  const draw = Random.drawing(seed, identity.id)
  const { html, url } = addresses(identity)
  const repository = minimal(identity)
  const id = ({ number }: Run) => DemoCollection.objectId(7, identity.id, number)

  const drawn = ({ attempt, number, status }: Run) => {
    const random = draw("run", number)
    const at = random.below(workflows.length)
    const [name, file, events] = workflows[at] ?? workflows[0]
    const event = events[random.below(events.length)] ?? events[0]
    const branch = event === "pull_request" ? `work-${number}` : "main"
    const conclusion = status === "completed" ? draw("run", number, attempt).pick(conclusions) : null
    return { random, workflowId: identity.id * 10 + at, name, file, event, branch, conclusion }
  }

  const render = (run: Run) => {
    const { at, attempt, commit, number, startedAt, status, updatedAt } = run
    const { branch, conclusion, event, file, name, random, workflowId } = drawn(run)
    const actor = person(random)
    const self = `${url}/actions/runs/${id(run)}`
    const suite = DemoCollection.objectId(8, identity.id, number)
    const sha = Random.sha(random)
    return {
      id: id(run),
      name,
      node_id: nodeId("WFR", identity.id, number),
      head_branch: branch,
      head_sha: commit === undefined ? sha : commits.sha(commit.number),
      path: `.github/workflows/${file}`,
      display_title: event === "schedule" ? name : title(random, true),
      run_number: number,
      event,
      status,
      conclusion,
      workflow_id: workflowId,
      check_suite_id: suite,
      check_suite_node_id: nodeId("CS", identity.id, number),
      url: self,
      html_url: `${html}/actions/runs/${id(run)}`,
      pull_requests: [],
      created_at: stamp(at),
      updated_at: stamp(updatedAt),
      actor,
      run_attempt: attempt,
      referenced_workflows: [],
      run_started_at: stamp(startedAt),
      triggering_actor: attempt === 1 ? actor : person(draw("run", number, attempt)),
      jobs_url: `${self}/jobs`,
      logs_url: `${self}/logs`,
      check_suite_url: `${url}/check-suites/${suite}`,
      artifacts_url: `${self}/artifacts`,
      cancel_url: `${self}/cancel`,
      rerun_url: `${self}/rerun`,
      previous_attempt_url: attempt === 1 ? null : `${self}/attempts/${attempt - 1}`,
      workflow_url: `${url}/actions/workflows/${workflowId}`,
      head_commit: commit === undefined ? null : commits.short(commit),
      repository,
      head_repository: repository
    }
  }

  const completed = (run: Run, at: number): Run => ({ ...run, status: "completed", updatedAt: at })
  const again = (run: Run, at: number): Run => ({
    ...run,
    status: "in_progress",
    attempt: run.attempt + 1,
    startedAt: at,
    updatedAt: at
  })

  const runs = DemoCollection.make<Run>({
    id,
    render,
    change: (run, at) => (run.status === "completed" ? again(run, at) : completed(run, at))
  })

  const append = (at: number, commit: Commit | undefined, status: Run["status"]) =>
    runs.append((number) => ({ number, at, status, attempt: 1, startedAt: at, updatedAt: at, commit }))

  const duration = (random: Random.Random) => 30 + random.below(1500)

  return {
    ...runs,
    facts: (run) => ({ ...drawn(run), status: run.status }),
    pass: (random, from, until, count) => {
      for (const run of runs.entries())
        if (run.status !== "completed")
          runs.put(completed(run, Math.max(from + 1, Math.min(until, run.startedAt + duration(random)))))
      const times = Random.moments(random, from, until, count)
      for (const [nth, at] of times.entries()) {
        const run = append(at, commits.recent(random), nth === count - 1 ? "queued" : "in_progress")
        const end = at + duration(random)
        if (nth < count - 2 && end <= until) runs.put(completed(run, end))
      }
      for (const at of Random.moments(random, from, until, Math.ceil(count / 15))) {
        const fit = runs
          .entries()
          .filter((run) => run.status === "completed" && run.updatedAt < at && at - run.at < rerunnable)
        const run = fit[random.below(fit.length)]
        if (run === undefined) continue
        const end = at + duration(random)
        runs.put(end <= until ? completed(again(run, at), end) : again(run, at))
      }
    },
    add: (at) => DemoCollection.added(runs, append(at, commits.entries().at(-1), "queued"))
  }
}
