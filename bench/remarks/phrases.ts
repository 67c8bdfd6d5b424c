const list = (phrases: string) => phrases.split('|').map((phrase) => phrase.replace(/\s+/g, ' ').trim());

/** What people say to show that they listen, learnt. */
export const SIGNS = list(`
Mm-hmm. | Uh-huh. | Mhm. | Hmm. | Mm. | Mmm. | Ah. | Aha. | Oh. | Ooh. | Oh, okay. | Ah, okay. | Okay. |
Okay, okay. | OK. | Right. | Right, right. | All right. | Alright. | Alright then. | Yeah. | Yeah, yeah. |
Yep. | Yup. | Yes. | Yes, yes. | Yes, I see. | Sure. | Sure, sure. | Sure thing. | Fine. | That's fine. |
Good. | Very good. | That's good. | Great. | Okay, great. | Oh, great. | Nice. | Very nice. | Cool. |
Wow. | Oh wow. | Really? | Oh, really? | Exactly. | Indeed. | Of course. | Yes, of course. | I see. |
I see, I see. | Ah, I see. | Oh, I see. | Okay, I see. | I know. | I understand. | Okay, I understand. |
Understood. | Got it. | Okay, got it. | Got it, thanks. | Gotcha. | Makes sense. | That makes sense. |
Makes sense, yeah. | Sounds good. | Okay, sounds good. | Fair enough. | No problem. | Go on. | Go ahead. |
Thanks. | Thank you. | Okay, thanks. | Okay, thank you. | Perfect. | Lovely. | Wonderful. | Brilliant. |
Excellent. | Awesome. | Super. | Interesting. | Hm, interesting. | Good to know. | That's right. |
Correct. | Absolutely. | Definitely. | True. | Uh-huh, okay. | Uh-huh, uh-huh. | Mm-hmm, okay. |
Mm, okay. | Mm, right. | Mm-hmm, yeah. | Yeah, okay. | Yeah, sure. | Yeah, I see. | Yeah, right. |
Right, okay. | Okay, right. | Okay, good. | Okay, sure. | Okay, fine. | Hm, okay. | Hmm, I see. |
Ah, right. | Ah, good. | Oh, right. | Oh, good. | Oh, nice. | Huh. | Mm-hmm, mm-hmm. | Oh, that's good. |
I see what you mean. | Yeah, that makes sense. | Okay, that's fine.
`);

/** Short remarks that want the turn, learnt. */
export const REQUESTS = list(`
Stop. | Stop it. | Please stop. | Okay, stop. | Wait. | Wait a minute. | Wait, wait. | Okay, wait. |
Oh, wait. | But wait. | Hold on. | Hold on a second. | Uh, hold on. | Hang on. | No. | No, no. |
No, no, no. | No, thank you. | Nope. | Uh, no. | Actually, no. | Not that. | That's wrong. |
That's not right. | No, that's wrong. | Excuse me. | Sorry? | Sorry, what? | Er, sorry. | Pardon? |
What? | What was that? | Say that again. | Repeat that. | Again, please. | Can you repeat that? |
Actually. | Um, actually. | Actually, I have a question. | But. | But I. | Yeah, but. | Yeah, no. | Why? |
Why not? | How? | How much? | How much is it? | How long? | Right, but how? | When? | Yes, but when? |
Where? | Who? | Which one? | Help. | Agent. | Operator. | Human. | A human, please. | Representative. |
Speak to someone. | A real person. | Manager, please. | Goodbye. | Bye. | Thanks, bye. | Okay, bye. |
Cancel. | Cancel that. | Cancel it. | Never mind. | Forget it. | Skip that. | Next. | Okay, next. |
Next one. | Slow down. | Too fast. | Speak up. | Louder, please. | Quiet. | Enough. | That's enough. |
One second. | One second, please. | One moment. | Just a moment. | Let me think. | I have a question. |
Question. | I want to pay. | My balance. | My account. | The interest. | The interest rate. | The loan. |
My card. | Stolen card. | Five years. | Ten years. | Three hundred. | Two hundred dollars. | Twenty. |
Five. | Four. | One. | Two. | Three. | Six. | Seven. | Eight. | Nine. | Zero. | Fifty. | Four five two. |
Monday. | Tomorrow. | Next month. | This Friday. | Something else. | Somebody else. |
A different question. | Another one. | The other one. | Not yet. | I can't. | I don't know. |
I disagree. | Listen. | Hello? | Hey. | Hey, listen. | Are you there? | Can you hear me? | Are you sure? |
Is that all? | Change it. | Go back. | Start over. | Main menu. | Spanish, please. | Opening hours. |
Which branch? | The address. | By email. | Text me. | Call me back. | Transfer me. | Too much. |
That's too much. | Too expensive. | I'm not sure. | It's not mine. | Block it. | Freeze my card. |
Okay, what about fees? | What about the fees? | I lost it. | I need help. | Can I pay today? |
Make it three. | Wrong account. | I already paid. | I didn't ask that. | Tell me more about savings. |
Okay, and the loan? | And the rate? | Is there a fee? | Saturday. | In March. | A thousand. |
Thirty six months.
`);

/** The same, never learnt: to see how well the rest is told apart. */
export const OTHER_SIGNS = list(`
Mhm, mhm. | Mm, I see. | Alright, great. | Sure, okay. | I get it. | Okay, perfect. | Uh-huh, right. |
Oh, lovely. | Fantastic. | Good, good. | That's great. | Yes, okay. | Yeah, of course. | I hear you. |
Mm, yeah. | Ah, got it. | Okay, cool. | Right, I see. | Oh, I didn't know that. | Sounds great. |
Mm-hmm, sure. | Yeah, exactly. | Okay, yes. | That's nice.
`);

/** As OTHER_SIGNS. */
export const OTHER_REQUESTS = list(`
Hold it. | Stop talking. | No way. | One sec. | What do you mean? | I'm sorry? | Come again? |
Let me talk. | Just stop. | Not now. | Six months. | Fifteen. | August. | My salary. | A new card. |
Credit card. | A person, please. | What's that? | Who is this? | Okay, hang on. | Yeah, wait. |
Well, no. | Wrong number. | How about Tuesday? | Forty dollars. | What fee? | Hang on a minute. |
Two years instead. | No, wait. | Stop, please. | Excuse me, wait. | Actually, wait. | Seven hundred. |
Stop. | Wait. | No. | Hold on. | Excuse me.
`);
