// The clients' own table ends at five seconds, which makes a short restart of the server feel long. Ours stays at
// about one second for a minute, then eases off. The random part keeps many pages from arriving in one instant.

const FIRST_TRIES = [10, 50, 100, 150, 200, 250, 500]
const PATIENT_TRIES = 60

export function reconnectAfterMs(tries) {
  const steady = tries <= PATIENT_TRIES ? 900 : 5000
  return FIRST_TRIES[tries - 1] ?? steady * (0.8 + Math.random() * 0.4)
}
