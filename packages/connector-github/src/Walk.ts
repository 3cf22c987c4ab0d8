// One stream of pages over all configured repositories: their lists are read one after another, each to its own end.
import { type Connector, Incremental, Link, Shape, Source, type SourceHttp } from "@inlet/sdk"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Listing from "./Listing.ts"
import type { Settings } from "./Settings.ts"

const Cursor = Schema.Struct({ repositories: Schema.Record({ key: Schema.String, value: Incremental.Watermark }) })
type Cursor = typeof Cursor.Type
const decodeCursor = Schema.decodeUnknownOption(Schema.NullOr(Cursor))

const Position = Schema.Struct({ repository: Schema.String, listing: Listing.Listing })
const decodePosition = Schema.decodeUnknownOption(Position)

/** How far the walk has come. */
interface Place {
  readonly cursor: Cursor
  /** The repositories still to be read; the first is under way. */
  readonly repositories: ReadonlyArray<string>
  /** Where the first one's listing goes on; null to begin it. */
  readonly listing: Listing.Listing | null
  /** Why the first of those that could not be read could not. */
  readonly failed: Source.SourceError | null
}

/** These concern one repository: the others are read all the same, before the walk ends with the first such error. */
const LOCAL: ReadonlyArray<Source.SourceError["reason"]> = ["Forbidden", "NotFound", "Rejected"]

const fail = (reason: Source.SourceError["reason"], detail: string, status: number | null) =>
  new Source.SourceError({ reason, detail, status, retryAt: null })

/** Reads one kind of list in all repositories. */
export const reader = (
  http: SourceHttp.SourceHttp,
  { baseUrl, pageSize, repositories }: Settings,
  { query, spec, step, template }: Listing.List
): Connector.Reader => {
  const begin = ({ cursor, position }: Source.ReadOptions): Option.Option<Place> =>
    Option.map(decodeCursor(cursor), (cursor) => {
      const start = { cursor: cursor ?? { repositories: {} }, repositories, listing: null, failed: null }
      const recorded = Option.getOrNull(decodePosition(position))
      // What was configured since may have made the position useless; the cursor never is.
      if (recorded === null || !repositories.includes(recorded.repository) || !isHere(recorded.listing.url))
        return start
      const { listing, repository } = recorded
      return { ...start, listing, repositories: repositories.slice(repositories.indexOf(repository)) }
    })
  const isHere = (url: string | null) => url === null || (URL.canParse(url) && new URL(url).origin === baseUrl.origin)

  /** The next page of a listing, and how far the walk has come with it. */
  const page = Effect.fnUntraced(function* (place: Place, repository: string, etag: Source.ReadOptions["etag"]) {
    const { cursor, repositories } = place
    const listing = place.listing ?? Listing.begin(cursor.repositories[repository] ?? null)
    const [owner = "", repo = ""] = repository.split("/")
    const { body, headers, json, request, status } = yield* http.get({
      template,
      params: { owner, repo },
      query: { ...query(listing.since), per_page: pageSize },
      url: listing.url,
      // Without a watermark everything is wanted, changed or not.
      etag: place.listing === null && listing.from !== null ? etag : undefined
    })
    const after = { ...place, repositories: repositories.slice(1), listing: null }
    if (status !== 200) {
      const empty: Source.Page = { request, body, records: 0, fresh: 0, shape: Shape.of([]), next: null, cursor }
      return [empty, after] as const
    }
    if (!Array.isArray(json)) return yield* fail("Malformed", `GitHub answered GET ${template} with no list`, status)

    const link = Link.target(headers.link, "next")
    const { known, mark, next } = step(listing, json.map(Listing.entry), link)
    const records = spec.records(json)
    const entries = records.map(Listing.entry)
    const content = {
      // A tag says that this page is as it was, not that those behind it are.
      request: link === null ? request : { ...request, etag: null },
      body,
      json,
      records: records.length,
      fresh: entries.filter((entry) => Incremental.isFresh(known, entry)).length,
      repeated: entries.flatMap((entry, item) => (Incremental.isRepeated(known, entry) ? [item] : [])),
      shape: Shape.of(records)
    }
    if (next !== null) {
      const position: typeof Position.Type = { repository, listing: next }
      return [
        { ...content, next: position },
        { ...place, listing: next }
      ] as const
    }
    const moved = mark === null ? cursor : { repositories: { ...cursor.repositories, [repository]: mark } }
    return [
      { ...content, next: null, cursor: moved },
      { ...after, cursor: moved }
    ] as const
  })

  const turn =
    (etag: Source.ReadOptions["etag"]) =>
    (place: Place): Effect.Effect<readonly [Chunk.Chunk<Source.Page>, Option.Option<Place>], Source.SourceError> => {
      const [repository, ...others] = place.repositories
      if (repository === undefined) {
        return place.failed === null ? Effect.succeed([Chunk.empty(), Option.none()]) : Effect.fail(place.failed)
      }
      return page(place, repository, etag).pipe(
        Effect.map(([page, place]) => [Chunk.of<Source.Page>(page), Option.some<Place>(place)] as const),
        Effect.catchIf(
          ({ reason }) => LOCAL.includes(reason),
          (error) => {
            const skipped = { ...place, repositories: others, listing: null, failed: place.failed ?? error }
            return Effect.succeed([Chunk.empty<Source.Page>(), Option.some<Place>(skipped)] as const)
          }
        )
      )
    }

  return (options) =>
    Option.match(begin(options), {
      onNone: () => Stream.fail(fail("Misbehaved", "the recorded cursor is none that this connector wrote", null)),
      onSome: (place) => Stream.paginateChunkEffect(place, turn(options.etag))
    })
}
