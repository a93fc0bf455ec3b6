/** An amount, always a decimal string and never a float, in a currency of ISO 4217. */
export interface Money {
  amount: string;
  currency: string;
}
