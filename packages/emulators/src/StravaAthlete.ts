// The invented athletes of the demo: where they live and travel, and what they ride and wear.
import { dayOfYear } from "./StravaZone.ts"

export interface Place {
  readonly zone: string
  readonly latitude: number
  readonly longitude: number
}

export interface Gear {
  readonly id: string
  readonly kind: "bike" | "shoes"
  readonly name: string
  readonly brand: string
  readonly model: string
  readonly primary: boolean
  readonly retired: boolean
  /** Metres before the demo's year. */
  readonly before: number
}

/** Days of the year, both included. */
interface Trip {
  readonly from: number
  readonly to: number
  readonly place: Place
}

export interface Athlete {
  readonly id: number
  readonly firstname: string
  readonly lastname: string
  readonly sex: "M" | "F"
  readonly city: string
  readonly country: string
  readonly home: Place
  readonly trips: ReadonlyArray<Trip>
  readonly gear: ReadonlyArray<Gear>
}

const place = (zone: string, latitude: number, longitude: number): Place => ({ zone, latitude, longitude })
const kathmandu = place("Asia/Kathmandu", 27.71, 85.32)

const gear = (id: number): ReadonlyArray<Gear> => [
  {
    id: `b${id}01`,
    kind: "bike",
    name: "Fair weather",
    brand: "Sivec",
    model: "Allroad 2",
    primary: true,
    retired: false,
    before: 6_204_300
  },
  {
    id: `b${id}02`,
    kind: "bike",
    name: "Mud & rain 🌧",
    brand: "Tarn",
    model: "Hardtail 29",
    primary: false,
    retired: false,
    before: 1_911_040
  },
  {
    id: `g${id}01`,
    kind: "shoes",
    name: "Daily",
    brand: "Lark",
    model: "Tempo 3",
    primary: true,
    retired: false,
    before: 212_500
  },
  {
    id: `g${id}02`,
    kind: "shoes",
    name: "Old Faithful",
    brand: "Lark",
    model: "Tempo 1",
    primary: false,
    retired: true,
    before: 804_710
  }
]

const athlete = (id: number, person: Omit<Athlete, "id" | "gear">): Athlete => ({ id, ...person, gear: gear(id) })

/** Together they have whole, half and quarter hour zones, with and without summer time, on both hemispheres. */
export const athletes = [
  athlete(4_100_001, {
    firstname: "Neža",
    lastname: "Kralj",
    sex: "F",
    city: "Ljubljana",
    country: "Slovenia",
    home: place("Europe/Ljubljana", 46.05, 14.51),
    trips: [{ from: 110, to: 130, place: kathmandu }]
  }),
  athlete(4_100_002, {
    firstname: "Keoni",
    lastname: "Akana",
    sex: "M",
    city: "Honolulu",
    country: "United States",
    home: place("Pacific/Honolulu", 21.31, -157.86),
    trips: [
      { from: 60, to: 76, place: place("America/New_York", 40.73, -73.99) },
      { from: 200, to: 212, place: kathmandu },
      { from: 303, to: 314, place: place("America/New_York", 40.73, -73.99) }
    ]
  }),
  athlete(4_100_003, {
    firstname: "Maeve",
    lastname: "Power",
    sex: "F",
    city: "St. John's",
    country: "Canada",
    home: place("America/St_Johns", 47.56, -52.71),
    trips: []
  }),
  athlete(4_100_004, {
    firstname: "Oskar",
    lastname: "Whitlam",
    sex: "M",
    city: "Adelaide",
    country: "Australia",
    home: place("Australia/Adelaide", -34.93, 138.6),
    trips: [{ from: 150, to: 165, place: kathmandu }]
  })
] as const

/** Where an athlete is on a day. */
export const whereabouts = ({ home, trips }: Athlete, day: number): Place => {
  const date = dayOfYear(day)
  return trips.find(({ from, to }) => from <= date && date <= to)?.place ?? home
}
