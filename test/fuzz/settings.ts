/** A run that fails can be repeated: the seed is told with the failure, and may be given. */
export const seed = Number(process.env.FUZZ_SEED ?? 20261130);
export const requests = Number(process.env.FUZZ_REQUESTS ?? 10_500);
