/** The part of jstat, which has no types of its own, that it is an oracle with. */
declare module 'jstat' {
  const jstat: {
    normal: { cdf(x: number, mean: number, deviation: number): number }
    studentt: { cdf(x: number, degrees: number): number }
    chisquare: { cdf(x: number, degrees: number): number }
  }
  export default jstat
}
