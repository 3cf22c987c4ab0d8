// The published releases of a demo repository; drafts are nobody's business.
import { nodeId, person, stamp } from "./DemoCast.ts"
import * as DemoCollection from "./DemoCollection.ts"
import * as Random from "./DemoRandom.ts"
import { addresses, type Identity } from "./DemoRepository.ts"
import { body } from "./DemoText.ts"

/** `at` is when it was published. */
export interface Release extends DemoCollection.Entry {
  readonly updatedAt: number
  /** How often it was renamed. */
  readonly revision: number
}

export interface DemoReleases extends DemoCollection.DemoCollection<Release>, DemoCollection.Steered {
  readonly pass: (random: Random.Random, from: number, until: number, count: number) => void
}

export const make = (seed: number, identity: Identity): DemoReleases => {
  const draw = Random.drawing(seed, identity.id)
  const { html, url } = addresses(identity)
  const id = ({ number }: Release) => DemoCollection.objectId(5, identity.id, number)

  const render = (release: Release) => {
    const { at, number, revision, updatedAt } = release
    const random = draw("release", number)
    const prerelease = random.chance(0.2)
    const tag = `v${1 + Math.floor(number / 10)}.${number % 10}.0${prerelease ? "-rc.1" : ""}`
    const writer = person(random)
    const name = random.chance(0.15) && revision === 0 ? null : `${identity.name} ${tag}`
    const taggedAt = at - random.below(3600)
    const assets = Array.from({ length: random.below(3) }, (_, nth) => {
      const file = nth === 0 ? `${identity.name}-${tag}.tar.gz` : `${identity.name}-${tag}.zip`
      const assetId = DemoCollection.objectId(6, identity.id, number * 10 + nth)
      return {
        url: `${url}/releases/assets/${assetId}`,
        id: assetId,
        node_id: nodeId("RA", identity.id, number, nth),
        name: file,
        label: null,
        uploader: writer,
        content_type: nth === 0 ? "application/gzip" : "application/zip",
        state: "uploaded" as const,
        size: 10_000 + random.below(5_000_000),
        digest: random.chance(0.5) ? `sha256:${(Random.sha(random) + Random.sha(random)).slice(0, 64)}` : null,
        download_count: random.below(2000),
        created_at: stamp(at),
        updated_at: stamp(at),
        browser_download_url: `${html}/releases/download/${tag}/${file}`
      }
    })
    return {
      url: `${url}/releases/${id(release)}`,
      assets_url: `${url}/releases/${id(release)}/assets`,
      upload_url: `${url.replace("//api.", "//uploads.")}/releases/${id(release)}/assets{?name,label}`,
      html_url: `${html}/releases/tag/${tag}`,
      id: id(release),
      author: writer,
      node_id: nodeId("RE", identity.id, number),
      tag_name: tag,
      target_commitish: "main",
      name: revision === 0 ? name : `${name} (renamed ${revision})`,
      draft: false,
      immutable: false,
      prerelease,
      created_at: stamp(taggedAt),
      updated_at: stamp(updatedAt),
      published_at: stamp(at),
      assets,
      tarball_url: `${url}/tarball/${tag}`,
      zipball_url: `${url}/zipball/${tag}`,
      body: body(random, 0) ?? ""
    }
  }

  const releases = DemoCollection.make<Release>({
    id,
    render,
    change: (release, at) => ({ ...release, updatedAt: at, revision: release.revision + 1 })
  })
  const append = (at: number) => releases.append((number) => ({ number, at, updatedAt: at, revision: 0 }))

  return {
    ...releases,
    pass: (random, from, until, count) => {
      for (const at of Random.moments(random, from, until, count)) append(at)
    },
    add: (at) => DemoCollection.added(releases, append(at))
  }
}
