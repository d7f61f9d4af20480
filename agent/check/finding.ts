/** Something that is not as it must be. */
export interface Finding {
  readonly id?: string;
  readonly store?: string;
  readonly message: string;
  /** It could not be looked at: nothing is known to be wrong, and another try may tell. */
  readonly unread?: true;
}
