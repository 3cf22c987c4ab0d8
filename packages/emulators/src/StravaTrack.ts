// Where an activity went: a rough loop from its start and back, and Google's polyline encoding of it.
import type { Random } from "./DemoRandom.ts"

export type Point = readonly [latitude: number, longitude: number]

const metresPerDegree = 111_320

/** `count` points of a loop of about `metres`. */
export const loop = (random: Random, [latitude, longitude]: Point, metres: number, count: number): Array<Point> => {
  const radius = metres / (2 * Math.PI)
  const begin = random.next() * 2 * Math.PI
  return Array.from({ length: count }, (_, nth): Point => {
    const angle = begin + (2 * Math.PI * nth) / (count - 1)
    const wobble = nth === 0 || nth === count - 1 ? 1 : 0.8 + 0.4 * random.next()
    const north = radius * (Math.sin(angle) * wobble - Math.sin(begin))
    const east = radius * (Math.cos(angle) * wobble - Math.cos(begin))
    const metresEast = metresPerDegree * Math.cos((latitude * Math.PI) / 180)
    return [latitude + north / metresPerDegree, longitude + east / metresEast]
  })
}

/** Differences in units of 1e-5 degrees, five bits a character, the sign in the lowest bit. */
const encodeNumber = (value: number): string => {
  let rest = value < 0 ? ~(value << 1) : value << 1
  let text = ""
  while (rest >= 0x20) {
    text += String.fromCharCode((0x20 | (rest & 0x1f)) + 63)
    rest >>= 5
  }
  return text + String.fromCharCode(rest + 63)
}

export const encode = (points: ReadonlyArray<Point>): string => {
  let text = ""
  let [north, east] = [0, 0]
  for (const [latitude, longitude] of points) {
    const [nextNorth, nextEast] = [Math.round(latitude * 1e5), Math.round(longitude * 1e5)]
    text += encodeNumber(nextNorth - north) + encodeNumber(nextEast - east)
    ;[north, east] = [nextNorth, nextEast]
  }
  return text
}
