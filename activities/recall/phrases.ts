/** Said in several words. They are looked for in clauses of plain words, in this order. */
const PHRASES: [RegExp, string][] = [
  [
    /\b(?:car park|parking (?:lot|space|spot|garage|place|area|facilit(?:y|ies))s?|(?:place|space|spot)s? to park)\b/g,
    'parking',
  ],
  [/\bswimming pool\b/g, 'pool'],
  [/\bfitness (?:room|cent(?:er|re)|studio)\b/g, 'gym'],
  [/\b(?:cash (?:machine|point|dispenser)|cashpoint|automated teller(?: machine)?)s?\b/g, 'atm'],
  [/\bhome loans?\b/g, 'mortgage'],
  [/\b(?:hand (?:luggage|baggage)|(?:carryon|cabin)(?: (?:luggage|baggage|bag))?)s?\b/g, 'carryon'],
  [/\b(?:pieces? of )?(?:luggage|baggage|suitcases?)\b/g, 'bag'],
  [/\b(?:money|cash) back\b/g, 'refund'],
  [
    /\b(?:free of charge|for free|at no (?:extra )?(?:cost|charge)|no charge|complimentary|for nothing)\b/g,
    'free',
  ],
  [/\b(?:over|on|via|through|using|by|from) (?:the |your )?(?:internet|web|website|web site)\b/g, 'online'],
  [/\b(?:over|on|via|through|using|by) (?:the |a )?(?:phone|telephone)\b/g, 'by_phone'],
  [/\b(?:by|via|in|through) (?:the )?(?:post|mail|regular mail)\b/g, 'by_post'],
  [/\b(?:over|on|via|through|using|by) email\b/g, 'by_email'],
  [/\bin person\b/g, 'in_person'],
  [/\b(?:on|in) (?:the |your )?app\b/g, 'in_app'],
  [/\b(?:to )?(?:another|other|foreign) countr(?:y|ies)\b/g, 'abroad'],
  [/\b(?:within|inside|in) the country\b/g, 'domestic'],
  [/\b(?:send|sending|move|moving|wire|wiring) (?:the |some |my )?(?:money|funds|cash)\b/g, 'transfer money'],
  [/\b(?:money|funds) transfers?\b/g, 'transfer money'],
  [/\b(?:take|taking|taken|took|get|getting) out (?:of )?(?=cash|money)/g, 'withdraw '],
  [/\b(?:take|taking|taken|took|get|getting) (cash|money) out\b/g, 'withdraw $1'],
  [/\b(pay|paying|paid) (?:back|off)\b/g, 'repay'],
  [/\b(?:send|sending|bring|bringing|give|giving|take|taking) (?:it |this |them )?back\b/g, 'return'],
  [/\bcall(?:ing)? off\b/g, 'cancel'],
  [/\bset(?:ting)? up\b/g, 'set_up'],
  [
    /\b(?:make|making|file|filing|lodge|lodging|put in|putting in|raise|raising) (?=(?:a|an|my|the) (?:claim|complaint|request)\b)/g,
    'submit ',
  ],
  [/\bdoes (?:the |your )?(?:room |ticket |total )?(?:price|rate|cost|fee) include (.+)$/g, 'is $1 included'],
  [
    /\bincluded (?:in|with) (?:the |your )?(?:room |ticket |total )?(?:price|rate|cost|fee|room)\b/g,
    'included',
  ],
  [/ (?:with|from|at|by|to) (?:you|us|the bank)$/g, ''],
  [/\bget(?:ting)? rid of\b/g, 'get_rid'],
  [/\bget(?:ting)? (?:in touch|in contact|hold)(?: (?:with|of))?\b/g, 'contact'],
  [/\b(?:speak|speaking|talk|talking) (?:to|with)\b/g, 'talk'],
  [/\bput(?:ting)? (.{1,30}?) on hold\b/g, 'reserve $1'],
  [
    /\b(?:make|making|schedule|scheduling|set_up|arrange|arranging|get|getting) (a|an|my|the)( [a-z]+)? (appointment|booking|reservation)s?\b/g,
    'reserve $1$2 $3',
  ],
  [
    /\b(?:move|moving|reschedul(?:e|ing)|change|changing|postpone|postponing) (?:the (?:date|time|day) of )?(a|an|my|the) (appointment|booking|reservation)\b/g,
    'reschedule $1 $2',
  ],
  [/(?<=(?:^|\b(?:to|i|we|you|how|want|please|for|of) ))book\b(?! (?:is|are|club|return))/g, 'reserve'],
  [
    /\b(?:pay|paying|paid) (?:by|with|in|using|via) (?!advance|full|person|total|installments|instalments)/g,
    'pay_by ',
  ],
  [/\b(?:(?:do|will|would|did) (i|we|you) )(?:need|have|got) to\b/g, 'do $1 must'],
  [/\b(?:turn|switch)(?:ing|ed)? (on|off)\b/g, 'switch_$1'],
  [/\b(?:turn|switch)(?:ing|ed)? (.{1,30}?) (on|off)\b/g, 'switch_$2 $1'],
  [/\b(?:enabl(?:e|ing))\b/g, 'switch_on'],
  [/\b(?:disabl(?:e|ing))\b/g, 'switch_off'],
  [/\b(?:make|making|made|makes) (?=.{1,30}\b(?:slow|fast|late|high|low|expensive)\b)/g, ''],
  [
    /\b(?:(?:gone|go|going|went|been) up|(?:higher|more|bigger|larger) than (?:usual|normal|before|expected)|so (?:high|big|large|expensive))\b/g,
    'risen',
  ],
  [
    /\b(?:(?:gone|go|going|went|been) down|(?:lower|less|smaller) than (?:usual|normal|before|expected)|so (?:low|small))\b/g,
    'fallen',
  ],
  [/\b(?:stopped|quit) working\b/g, 'not work'],
  [
    /\b(?:per|each|every|a|an|in a|in one) (day|night|week|month|year|hour|minute|person|guest|head)\b/g,
    'per_$1',
  ],
  [/\b(?:daily)\b/g, 'per_day'],
  [/\b(?:nightly)\b/g, 'per_night'],
  [/\b(?:weekly)\b/g, 'per_week'],
  [/\b(?:monthly)\b/g, 'per_month'],
  [/\b(?:yearly|annual|annually|per annum)\b/g, 'per_year'],
  [/\b(?:hourly)\b/g, 'per_hour'],
  [/\b(?:a lot of|lots of|plenty of)\b/g, 'many'],
  [/\b(?:as soon as possible|right away|straight away|immediately)\b/g, 'at_once'],
  [/\b(?:right now|at present|at the moment)\b/g, 'now'],
  [/\bno longer\b/g, 'not'],
  [/\bcredit limit\b/g, 'credit card limit'],
  [
    /\bcharg(?:e|ing) (?=(?:(?:my|a|an|the|your|our|electric) )*(?:car|vehicle|phone|battery|laptop|tablet|scooter|bike|device|ev)s?\b)/g,
    'power_up ',
  ],
  [/\b(?:near|close to) (?:me|here|us|by)\b|\bnearby\b/g, 'near'],
];

/** The clause with what is said in several words brought to one. */
export function joinPhrases(clause: string): string {
  let joined = clause;
  for (const [phrase, name] of PHRASES) joined = joined.replaceAll(phrase, name);
  return joined.replaceAll(/\s+/g, ' ').trim();
}
