/** Ways to put a kind of question; a clause is rewritten by each in turn, so that it says its kind by a `?word`. */
const KINDS: [RegExp, string][] = [
  [
    /\b(?:what|which) (?:is|are|would be|will be) (?:the |your |a )?(?:best |easiest |quickest |fastest |right |proper |correct |simplest )?(?:way|ways|process|procedure|method|methods|steps)(?: (?:i|we|you) (?:can|could|should|must|need to|have to))?(?: (?:to|for|of|in))?\b/g,
    '?how',
  ],
  [
    /\bwhat (?:do|should|must|can|would|could|am|shall) (?:i|we|you|one) (?:must |need to |have to |got to |supposed to )?do (?:in order )?(?:to|for)\b/g,
    '?how',
  ],
  [
    /\bwhat (?:do|should|must|can|would|could|shall) (?:i|we|you|one) (?:must |need to |have to )?do (?=if|when|after|about)/g,
    '?how ?then ',
  ],
  [/\bwhat (?:do|should|can|shall) (?:i|we) do(?: now)?$/g, '?how ?then'],
  [
    /\bhow (?:do|can|could|should|would|might|may|must|shall|will) (?:i|we|you|one|someone|people) (?:go about |best |report (?:that|this|it)$)?(?!be\b)/g,
    '?how ',
  ],
  [/\bhow (?:is|are|does|do) (?=.* (?:work|done|made|go)$)/g, '?how '],
  [/\bhow to\b/g, '?how'],
  [
    /\b(?:at |on )?what (?:time|times|hours?) (?:of day )?(?=is|are|do|does|can|will|should|must|may|would|did|was|has|have|am|could|i|you|we|the|your)/g,
    '?when ',
  ],
  [
    /\bwhat (?:is|are|were) (?:the |your )?(?:(?:opening|business|working|office|trading|store|branch) (?:hours?|times?)|hours?(?: of (?:business|operation))?)\b/g,
    '?when open',
  ],
  [/\bwhat (?:is|are) (?:the |your )?((?:[a-z]+ ){0,2})(?:hours|times)\b/g, '?when $1'],
  [/\bwhat (?:is|are) (?:the )?due dates?\b/g, '?when due'],
  [/\bwhat (?:is|are|would be|was) (?:the )?(?:date|time)s? (?:of|for)\b/g, '?when'],
  [/\bhow long (?:is it |will it be |does it take )?(?:until|till)\b/g, '?when'],
  [/\bhow (early|late) (?=should|do|does|must|can|are|is)/g, '?how-$1 '],
  [/\bwhere (is|are) (.+?) (?:located|situated|based)$/g, '?where $2'],
  [/\bhow (?:soon|early can)\b/g, '?when'],
  [/\bhow long (?:does|do|will|would|did) (?:it )?(?:usually )?take (?:for |to )?/g, '?how-long '],
  [/\bhow long (?:does|do|will|would|is) (.+?)(?: process)? (?:take|last)\b/g, '?how-long $1'],
  [/\b(?:for )?how (?:long|many (?:days|weeks|months|hours))\b/g, '?how-long'],
  [/\bhow (?:quickly|fast) (?=can|do|does|will|would|could)/g, '?how-long '],
  [/\bhow (?:often|frequently)\b|\bhow many times\b/g, '?how-often'],
  [
    /\b(?:how many|what (?:is|are) the (?:maximum |max |total )?number of)\b/g,
    (found: string) => (/max/.test(found) ? '?how-many limit' : '?how-many'),
  ] as never,
  [
    /\bhow (?:much|expensive|costly|pricey) (?:is|are|was|were|would|will)\b(?: it)?(?: be)?/g,
    '?how-much price',
  ],
  [
    /\b(?:what|how much) (?:do|will|would|did|must|should) (?:i|we|you) (?:must |need to |have to )?(?:pay|charge)\b(?: for)?/g,
    '?how-much price',
  ],
  [/\bhow much\b/g, '?how-much'],
  [/\bhow (?:high|low|steep) (?:is|are|can|may|will)\b/g, '?how-much'],
  [/\bhow (?=(?:far|heavy|big|large|deep|tall|wide|old|fast|long)\b)/g, '?how-much '],
  [/\bwhat (?:does|do|would|will|did|has|have) (?=.*\bcost\b)/g, '?how-much price '],
  [/\bwhat (?:am i|is) charged\b/g, '?how-much price'],
  [/\bwhere (?:can|do|could|would) (?:i|we|one) find\b/g, '?where'],
  [
    /(?<!\?)\b(?:where|in what (?:place|street|city|town)|what (?:is|are) (?:the |your )?(?:address|location)(?: of)?)\b/g,
    '?where',
  ],
  [
    /^when\b(?= (?:is|are|do|does|will|can|should|must|did|was|were|would|may|am|has|have|could|shall|you|the|your|i|we))/g,
    '?when',
  ],
  [
    /\b(?:why|how come|for what reason|what is the reason(?: that| for| why)?|what makes|what (?:is )?caus(?:es|ing))\b/g,
    '?why',
  ],
  [
    /\b(?:who|whom)\b(?= (?:do|does|is|are|can|could|should|will|would|to|must|gets?|pays?|has|have|may))/g,
    '?who',
  ],
  [/\bwhat (?:phone |telephone )?number (?:do|should|can|must) (?:i|we) (?=call|ring|dial)/g, '?who '],
  [/\bwhat (?:phone |telephone )?number (?:is|to)\b/g, '?what number'],
  [/(?<!\?)\bwhich\b|\bwhat kinds? of\b|\bwhat types? of\b/g, '?what'],
  [/(?<!\?)\bwhat\b/g, '?what'],
];

/** Ways to ask for leave, each as "can i". */
const LEAVE: [RegExp, string][] = [
  [
    /^(?:is|would) it (?:be )?(?:possible|ok|okay|fine|alright|all right|allowed|permitted)(?: for (?:me|us))?(?: to| if (?:i|we))\b/,
    'can i',
  ],
  [/^(?:am|are|will|would) (?:i|we) (?:be )?(?:able|allowed|permitted) to\b/, 'can i'],
  [/^(?:can|could|may|might) (?:i|we|one)\b/, 'can i'],
  [
    /^(?:do|will|must|would) (?:i|we) (?:must |have to |need to |got to )?pay (?:anything |something |extra |a fee )?(?!by|with|in\b|a\b|my|the)/,
    'is there price ',
  ],
  [
    /^(?:do|will|must|would) (?:i|we) (?:must |have to |need to |got to )?pay (?=(?:a|an|any) .*(?:fee|charge))/,
    'is there ',
  ],
];

/** The same for questions that are answered by yes or no, at the start of a clause. */
const YES_NO: [RegExp, string][] = [
  [
    /^(?:do|does|will|would) (?:i|we|you|one|guests|customers|patients|people) (?:really )?(?:need|(?:have|got) to|must)(?: to)?\b/,
    '?must',
  ],
  [/^must (?:i|we|you|one)\b/, '?must'],
  [/^(?:am|are) (?:i|we|you) (?:required|obliged|supposed) to\b/, '?must'],
  [
    /^is (?:it )?(?:necessary|required|mandatory|compulsory|obligatory)(?: for (?:me|us))?(?: to)?\b/,
    '?must',
  ],
  [/^(?:is|are) (.+?) (?:necessary|required|mandatory|compulsory|needed|obligatory)\b/, '?must $1'],
  [/^should (?:i|we|you|one)\b/, '?should'],
  [/^(?:do|would) you (?:allow|let|permit) (?:me|us|customers|guests|people|patients) (?:to )?/, '?can '],
  [/^(?:is|are) (?:the |a |an |your )?(.+?) possible\b/, '?can $1'],
  [/^can i bring (?:along )?(?:(?:my|a|an|our) )?/, '?whether permit '],
  [/^(?:is|are) (.+?) accepted\b/, '?accept $1'],
  [/^(?:is|are) (?:the |your )?([a-z_]+) free$/, '?have free $1'],
  [/^can i (?:get|buy|purchase|have|find|obtain)\b/, '?have'],
  [/^can i pay_by /, '?accept '],
  [/^can i\b/, '?can'],
  [/^(?:can|could|would|will) you (?:please )?(?:help|assist) (?:me|us)(?: to| with| in)?\b/, '?want'],
  [/^do you (?:accept|take) (?!on\b)/, '?accept '],
  [/^are you (?:accepting|taking) (?!on\b)/, '?accept '],
  [/^do you charge\b/, '?have price'],
  [
    /^(?:do|does) (?:you|the [a-z]+|your [a-z]+) (?:have|offer|provide|sell|carry|stock|do|serve|got|operate|run)\b(?: anything)?(?! to\b)/,
    '?have',
  ],
  [/^have you (?:got )?(?=any|a|an)/, '?have '],
  [/^(?:is|are|will) there (?:be )?/, '?have '],
  [/^(?:is|are) (.+?) available\b/, '?have $1'],
  [/^(?:do|does|did|is|are|was|were|will|would|has|have|had|am|can|could|shall|may)\b/, '?whether'],
  [
    /^(?:i|we) (?:would|want|need|wish|am trying|am looking|would like|would love|have)(?: like| love)?(?: to| for)?\b/,
    '?want',
  ],
  [/^help (?:me|us)(?: to| with)?\b/, '?want'],
];

/** The clause with what kind of question it is as a `?word`, and without the words that said so. */
export function kindsMarked(clause: string): string {
  let marked = clause;
  for (const [way, name] of LEAVE) marked = marked.replace(way, name);
  for (const [way, name] of YES_NO) {
    if (way.test(marked)) return squeeze(marked.replace(way, ` ${name} `));
  }
  for (const [way, name] of KINDS) marked = marked.replaceAll(way, name);
  return squeeze(marked);
}

const squeeze = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
