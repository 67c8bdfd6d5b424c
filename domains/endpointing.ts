/** What a domain knows about how its callers' turns end; a domain without it is listened to by grammar alone. */
export interface EndpointingHints {
  /** Numbers that callers dictate digit by digit: a turn is not over before all digits are there. */
  dictated: readonly DictatedNumber[];
  /** What callers of this domain say last: it ends a turn at once. */
  handsOver: RegExp;
}

export interface DictatedNumber {
  /** Its name, in the caller's words or in the bot's question. */
  named: RegExp;
  digits: number;
}
