// Loaded into the program by tests of its clock: it is CLOCK_OFF milliseconds off, and with CLOCK_SKIP ten minutes are over as
// soon as they begin.
const off = Number(process.env.CLOCK_OFF ?? 0)
const skip = process.env.CLOCK_SKIP !== undefined
const RealDate = Date
const realTimeout = setTimeout
const now = () => RealDate.now() + off

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [now()] : parts))
  }
  static now() {
    return now()
  }
}

globalThis.setTimeout = (f, millis, ...rest) =>
  realTimeout(f, skip && millis > 540_000 && millis <= 600_000 ? 0 : millis, ...rest)
