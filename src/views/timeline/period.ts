/** The first day that a date of any precision may mean; the last is in the kernel. */
export const firstDayIn = (value: string): string => `${value}-01-01`.slice(0, 10);
