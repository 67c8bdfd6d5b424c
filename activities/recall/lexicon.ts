import lemmatizer from 'wink-lemmatizer';

/**
 * Which words mean the same in a question to a business, whichever business it is. Everything that is in none of
 * these lists counts, and has to be the same in both questions.
 */

/** Words of one meaning, each line a meaning that is named after its first word. None has its opposite beside it. */
const SYNONYMS = `
increase raise boost
decrease reduce lower
transfer
purchase buy
begin start commence
repair fix mend
price cost fee charge pricing tariff
abroad overseas international internationally
domestic domestically national nationally
doctor physician gp
child kid
woman female lady
man male
car automobile auto
nearest closest
quick quickly fast
big large
item product article something thing
return
deliver ship
refund reimburse reimbursement
restart reboot
repay
freeze block
obtain get receive
select choose pick
modify change alter edit amend update
register enroll
person human agent representative
parcel package
check cheque
mistake error
require need necessary mandatory compulsory
document paperwork
identification id
vaccinate shot vaccine jab immunize immunization
job position vacancy
lawyer attorney
apartment flat
holiday vacation
bill invoice
film movie
shop store
bathroom restroom toilet washroom
power electricity
outage blackout
trash garbage rubbish
elevator lift
complain complaint
suggest suggestion
explain explanation
submit file
limit maximum max most
minimum min least
delay delayed
damage damaged
expire expiry expiration
cancel cancelation
withdraw
reserve reservation
client customer
staff employee personnel
password passcode
mobile cellphone cell
smartphone
vegetarian veggie
wifi
guest
internet
speak talk
contact reach
permit allow
teenager teen
elderly senior
spouse
laptop notebook
picture photo
sick ill
`;

/** Nouns that mean what a verb does, and forms that the lemmatizer leaves. */
const SAME_ROOT = `
withdraw withdrawal
pay payment
repay repayment
overpay overpayment
cancel cancellation
deliver delivery
ship shipping shipment
reserve reservation booking
apply application
replace replacement
activate activation
deactivate deactivation
renew renewal
register enroll enrolment enrollment registration
vaccinate vaccination
insure insurance
require requirement
fly flight
heat heated
deposit deposited
open opening
close closing closure
subscribe subscription
connect connection
install installation
inspect inspection
translate translation
arrive arrival
depart departure
verify verification
confirm confirmation
donate donation
recommend recommendation
rent rental
accept acceptance
extend extension
terminate termination
estimate estimation
treat treatment
adopt adoption
assemble assembly
collect collection
weigh weight heavy
deep depth
far distance
high height tall
long length
size big large
speed fast quick
old age
flood flooding
steal theft stolen
save saving
`;

/** Their plural or participle is a word of its own. */
const WHOLE = new Set(
  'savings parking checking evening morning during anything something everything nothing meeting wedding data roaming rating ratings building buildings listing listings setting settings accounting engineering marketing advertising customs'.split(
    ' ',
  ),
);

const meanings = new Map<string, string>();
for (const line of [...SAME_ROOT.split('\n'), ...SYNONYMS.split('\n')]) {
  const [first, ...others] = line.split(' ').filter(Boolean);
  if (first === undefined) continue;
  const name = meanings.get(first) ?? first;
  for (const one of [first, ...others]) if (!meanings.has(one)) meanings.set(one, name);
}

/** The name of a word's meaning: of all words that mean the same, in whatever form, it is the same. */
export function meaningOf(word: string): string {
  if (/^[#?]|_/.test(word)) return word;
  const known = meanings.get(word);
  if (known !== undefined) return known;
  if (WHOLE.has(word)) return word;
  const lemma = lemmatizer.verb(lemmatizer.noun(word));
  return meanings.get(lemma) ?? lemma;
}

const setOf = (words: string) => new Set(words.trim().split(/\s+/));

/** Words that carry nothing of their own: articles, auxiliaries, prepositions of place and belonging. */
export const EMPTY = setOf(`
a an the be am is are was were been being do does did done doing have has had having will would shall
can could may might should must of for to in on at with by about into onto via regarding concerning as and
i you we us me my your our mine yours ours one's that which who whom there here any some such
it its if when so own able possible also along go goes going come comes coming want wanted wants like wish
`);

/** What callers call the business that they are speaking to, after "the" or "your": it is "you" then. */
export const OURSELVES = setOf('bank clinic company business hotel store shop firm guys folks place');

/** Words that turn round what follows them. */
export const NEGATIONS = setOf(
  'not no never without none nothing nobody neither nor unable unless except hardly',
);

/** Words whose object tells one side from the other: "from savings" is not "to savings". */
export const DIRECTIONS = setOf(
  'from than before after until till since against instead between versus or under over above below',
);

/** Verbs that turn one thing into another: "dollars to euros" is not "euros to dollars". */
export const EXCHANGES = setOf(
  'convert exchange modify swap switch trade translate upgrade downgrade substitute replace turn',
);

/** Verbs whose two sides can't change places, unless in the passive. */
export const ONE_WAY = setOf(
  'include cover contain require cause replace beat own belong lend borrow sell buy purchase pay owe send give call',
);

/** Units after a number that make "for" and "in" tell a span from a moment. */
export const TIME_UNITS = setOf(
  'minute hour day night week month year minutes hours days nights weeks months years',
);

/** What amounts and measures are called: asked for by "what is" or "how much" alike. */
export const MEASURES = setOf(`
price limit minimum rate interest amount balance percentage weigh size speed deep far high long height width old
number deposit duration
`);

/** Persons who are not the caller: who does what to whom then hangs on the order of words. */
export const PERSONS = setOf(`
wife husband spouse partner child son daughter mother father parent brother sister friend someone somebody anyone
person people man woman colleague neighbor neighbour boss employer employee landlord tenant roommate relative family
husband's
`);
