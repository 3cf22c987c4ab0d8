// The body of an answer, as far as it is not longer than allowed.
import { Buffer } from "node:buffer"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/**
 * The whole body, or null where it has more than `maxBytes`.
 *
 * @since 0.1.0
 */
export const read = (
  response: HttpClientResponse.HttpClientResponse,
  maxBytes: number
): Effect.Effect<Buffer | null, HttpClientError.ResponseError> => {
  const { "content-encoding": encoding, "content-length": length } = response.headers
  // Counting the parts of a body costs more than parsing it, so it is left out where the length is known before.
  if (encoding === undefined && Number(length) <= maxBytes) {
    return Effect.map(response.arrayBuffer, (body) => Buffer.from(body))
  }
  return response.stream.pipe(
    Stream.runFoldWhile(
      { size: 0, parts: Array.of<Uint8Array>() },
      ({ size }) => size <= maxBytes,
      ({ parts, size }, part) => ({ size: size + part.length, parts: [...parts, part] })
    ),
    Effect.map(({ parts, size }) => (size > maxBytes ? null : Buffer.concat(parts, size))),
    Effect.catchIf(
      ({ reason }) => reason === "EmptyBody",
      () => Effect.succeed(Buffer.of())
    )
  )
}
