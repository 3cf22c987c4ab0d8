// What a kind of sport is like: how fast, how long, how hilly, where, and with what.

export interface Sport {
  /** The older, coarser name. */
  readonly type: string
  /** How often it is done compared with the others. */
  readonly share: number
  /** Metres a second; 0 where nobody measures a distance. */
  readonly speed: number
  /** How long it takes, typically. */
  readonly minutes: number
  /** Metres of climbing a kilometre. */
  readonly climb: number
  /** Inside there is no GPS. */
  readonly inside: boolean
  readonly gear: "bike" | "shoes" | null
  /** Metres of a lap. */
  readonly lap: number
  /** Another sport that people mistake it for. */
  readonly near: string | null
}

const sport = (
  type: string,
  share: number,
  [speed, minutes, climb, lap]: readonly [number, number, number, number],
  { gear = null, inside = false, near = null }: Partial<Pick<Sport, "gear" | "inside" | "near">>
): Sport => ({ type, share, speed, minutes, climb, lap, inside, gear, near })

export const sports: Readonly<Record<string, Sport>> = {
  Ride: sport("Ride", 26, [7.2, 75, 9, 5000], { gear: "bike", near: "GravelRide" }),
  Run: sport("Run", 30, [3, 45, 7, 1000], { gear: "shoes", near: "TrailRun" }),
  Swim: sport("Swim", 9, [0.85, 40, 0, 200], { inside: true }),
  Hike: sport("Hike", 5, [1.1, 150, 70, 1000], { gear: "shoes", near: "Walk" }),
  Walk: sport("Walk", 6, [1.4, 50, 10, 1000], { near: "Hike" }),
  GravelRide: sport("Ride", 5, [5.6, 100, 14, 5000], { gear: "bike", near: "MountainBikeRide" }),
  MountainBikeRide: sport("Ride", 4, [4.2, 95, 24, 5000], { gear: "bike", near: "GravelRide" }),
  VirtualRide: sport("VirtualRide", 6, [8.5, 50, 6, 5000], { gear: "bike", inside: true }),
  TrailRun: sport("Run", 5, [2.4, 70, 35, 1000], { gear: "shoes", near: "Run" }),
  WeightTraining: sport("WeightTraining", 5, [0, 45, 0, 0], { inside: true, near: "Yoga" }),
  Yoga: sport("Yoga", 3, [0, 40, 0, 0], { inside: true, near: "WeightTraining" })
}

/** Any other, such as one that Strava will think of next year. */
const unknown = sport("Workout", 0, [0, 45, 0, 0], { inside: true })

export const find = (name: string): Sport => sports[name] ?? unknown

const names = Object.entries(sports).flatMap(([name, { share }]) => Array.from({ length: share }, () => name))

/** The name of a sport by a number from 0 to 1, each as often as its share says. */
export const pick = (chance: number): string => names[Math.floor(chance * names.length)] ?? "Run"
