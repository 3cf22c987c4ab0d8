// The deployments of a demo repository with their statuses. What goes out puts the one before it out of use.
import { nodeId, person, stamp } from "./DemoCast.ts"
import * as DemoCollection from "./DemoCollection.ts"
import type { Commit, DemoCommits } from "./DemoCommits.ts"
import * as Random from "./DemoRandom.ts"
import { addresses, type Identity } from "./DemoRepository.ts"

export type State = "pending" | "in_progress" | "success" | "failure" | "inactive"

export interface Status {
  readonly state: State
  readonly at: number
}

export interface Deployment extends DemoCollection.Entry {
  readonly environment: (typeof environments)[number]
  readonly commit: Commit | undefined
  /** Oldest first. */
  readonly statuses: ReadonlyArray<Status>
}

export interface DemoDeployments extends DemoCollection.DemoCollection<Deployment>, DemoCollection.Steered {
  /** Those under way end, and `count` new ones begin, the last of them not to end. */
  readonly pass: (random: Random.Random, from: number, until: number, count: number) => void
  /** Newest first; undefined for a deployment that is not there. */
  readonly statuses: (id: number) => ReadonlyArray<object> | undefined
}

const environments = ["production", "staging", "preview"] as const

const latest = ({ statuses }: Deployment): Status | undefined => statuses.at(-1)

const following = (state: State | undefined): State => {
  if (state === undefined) return "pending"
  if (state === "pending") return "in_progress"
  return state === "in_progress" ? "success" : "inactive"
}

export const make = (seed: number, identity: Identity, commits: DemoCommits): DemoDeployments => {
  const draw = Random.drawing(seed, identity.id)
  const { html, url } = addresses(identity)
  const id = ({ number }: Deployment) => DemoCollection.objectId(9, identity.id, number)

  const facts = ({ number }: Deployment) => {
    const random = draw("deployment", number)
    const creator = random.chance(0.05) ? null : person(random)
    return { random, creator }
  }

  const render = (deployment: Deployment) => {
    const { at, commit, environment, number } = deployment
    const { creator, random } = facts(deployment)
    const self = `${url}/deployments/${id(deployment)}`
    const sha = Random.sha(random)
    return {
      url: self,
      id: id(deployment),
      node_id: nodeId("DE", identity.id, number),
      task: "deploy",
      original_environment: environment,
      environment,
      description: random.chance(0.4) ? null : `Deployment ${number}`,
      created_at: stamp(at),
      updated_at: stamp(latest(deployment)?.at ?? at),
      statuses_url: `${self}/statuses`,
      repository_url: url,
      creator,
      sha: commit === undefined ? sha : commits.sha(commit.number),
      ref: "main",
      payload: {},
      transient_environment: environment === "preview",
      production_environment: environment === "production",
      performed_via_github_app: null
    }
  }

  const status = (deployment: Deployment) => {
    const { creator } = facts(deployment)
    const { environment, number } = deployment
    const self = `${url}/deployments/${id(deployment)}`
    return ({ at, state }: Status, nth: number) => {
      const statusId = id(deployment) * 1000 + nth
      const page = `${html}/actions/runs/${id(deployment)}`
      return {
        url: `${self}/statuses/${statusId}`,
        id: statusId,
        node_id: nodeId("DES", identity.id, number, nth),
        state,
        creator,
        description: state === "failure" ? "The new version did not come up" : "",
        environment,
        target_url: page,
        created_at: stamp(at),
        updated_at: stamp(at),
        deployment_url: self,
        repository_url: url,
        environment_url: `https://${environment}.${identity.name}.example`,
        log_url: page,
        performed_via_github_app: null
      }
    }
  }

  const moved = (deployment: Deployment, state: State, at: number): Deployment => ({
    ...deployment,
    statuses: [...deployment.statuses, { state, at }]
  })
  const deployments = DemoCollection.make<Deployment>({
    id,
    render,
    change: (deployment, at) => moved(deployment, following(latest(deployment)?.state), at)
  })

  const append = (at: number, environment: Deployment["environment"], commit: Commit | undefined) =>
    deployments.append((number) => ({ number, at, environment, commit, statuses: [{ state: "pending", at }] }))

  /** Ends a deployment within the period: with success for most, which puts the last success out of use. */
  const finish = (random: Random.Random, deployment: Deployment, from: number, until: number) => {
    const begun = latest(deployment)?.at ?? deployment.at
    const end = Math.max(from + 1, Math.min(until, begun + 60 + random.below(600)))
    const success = random.chance(0.85)
    const before = deployments
      .entries()
      .findLast((one) => one.environment === deployment.environment && latest(one)?.state === "success")
    if (success && before !== undefined && before.number < deployment.number)
      deployments.put(moved(before, "inactive", end))
    deployments.put(moved(deployment, success ? "success" : "failure", end))
  }

  return {
    ...deployments,
    statuses: (wanted) => {
      const deployment = deployments.find({ id: wanted })
      return deployment?.statuses.map(status(deployment)).reverse()
    },
    pass: (random, from, until, count) => {
      const underWay = deployments
        .entries()
        .filter((one) => ["pending", "in_progress"].includes(latest(one)?.state ?? ""))
      for (const deployment of underWay) finish(random, deployment, from, until)
      for (const [nth, at] of Random.moments(random, from, until, count).entries()) {
        const deployment = append(at, random.pick(environments), commits.recent(random))
        const begun = moved(deployment, "in_progress", Math.min(until, at + 5))
        deployments.put(begun)
        if (nth < count - 1) finish(random, begun, from, until)
      }
    },
    add: (at) => DemoCollection.added(deployments, append(at, "production", commits.entries().at(-1)))
  }
}
