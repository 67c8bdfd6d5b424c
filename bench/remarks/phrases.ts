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
I see what you mean. | Yeah, that makes sense. | Okay, that's fine. | Um-hum. | Mm hmm. | Mmhmm. | Uh huh. |
Uh-huh, yeah. | Uh-huh, uh-huh, uh-huh. | Hm. | Hm, hm. | Hmm, right. | Hmm, interesting. | Mm, mm. | Mm, yes. |
Mmm, okay. | Ah, yes. | Ah, yeah. | Aha, okay. | Aha, I see. | Oh, sure. | Oh, yeah. | Oh, I see, okay. | Ooh, nice. |
Yes, yes, yes. | Yeah, yeah, yeah. | Yes, sure. | Yes, right. | Yes, exactly. | Yep, okay. | Yep, got it. |
Yep, yep. | Yup, yup. | Right, yeah. | Right, got it. | Right, sure. | Right, of course. | Right, right, right. |
Okay, okay, okay. | Okay, yeah. | Okay, alright. | Okay, then. | Okay, well. | Okay, so. | Alright, okay. |
Alright, thanks. | All right, good. | Sure, yeah. | Sure, I understand. | Good, okay. | Good, thanks. | Great, thanks. |
Great, thank you. | Fine, fine. | Fine, okay. | Cool, thanks. | Cool, cool. | Perfect, thanks. | Excellent, thank you. |
Lovely, thanks. | Understood, thanks. | I understand, yes. | I got it. | I got you. | Gotcha, okay. | Good point. |
Not bad. | Nice one. | No worries. | No problem at all. | Oh, that's nice. | Oh, wonderful. | Oh, perfect. |
That's perfect. | That's wonderful. | That's true. | That's okay. | That's all right. | That works. |
That sounds right. | That sounds fine. | Sounds right. | Sounds fine to me. | Works for me. | I suppose so. |
I guess so. | I see, thanks. | I see, okay. | You're right. | Of course, of course. | Please, go on. | Yes, please go on. |
Oh my. | Oh, boy. | Huh, okay. | Huh, interesting. | For sure. | Totally. | Certainly. | Naturally. | Obviously. |
Amazing. | Marvellous. | Splendid. | Terrific. | How nice. | Very interesting. | Very well. | Well, good. | Well, okay.
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
Thirty six months. | Yes please. | Yes, transfer me. | Four hundred. | Four hundred dollars. | The second one. |
The first one. | The last one. | Both of them. | Neither. | None of those. | Stop there. | Okay, stop there. |
Stop, stop. | Stop for a second. | Could you stop? | Be quiet. | Shut up. | Pause. | Pause there. | Wait, what? |
Wait, no. | Wait a second. | Wait, please. | Can you wait? | Hold on, please. | Hold on, hold on. | Hang on, hang on. |
No, not that. | No, stop. | No, sorry. | No, I don't. | No, I can't. | No, I didn't. | No, it isn't. | No, wait a minute. |
No thanks. | Oh no. | Definitely not. | Certainly not. | I don't think so. | I don't want that. | I don't need it. |
I didn't get that. | I don't understand. | I can't hear you. | I disagree with that. | That's not mine. |
That's not what I asked. | What about me? | What does that mean? | What is it? | What's the fee? | What's the rate? |
What time? | Which day? | Which card? | Which account? | When is it due? | When do I pay? | Where is that? |
How do I pay? | How many? | How come? | Who said that? | Why is that? | Since when? | Is it free? | Is it safe? |
Can I ask something? | Can I speak? | Could you repeat? | Once more. | One more time. | Say it again. | Start again. |
From the beginning. | Sorry, no. | Sorry, I missed that. | Sorry, the what? | Pardon me. | Huh, what? | Come on. |
Excuse me, please. | Hello, hello. | Anybody there? | Look. | Look, I'm busy. | I'm busy. | I'm driving. | I have to go. |
I need a minute. | Give me a minute. | Give me a second. | Not today. | Not really. | Maybe later. | Later. | Tonight. |
Yesterday. | Tuesday. | Wednesday. | Thursday morning. | Sunday. | Next week. | Last month. | This morning. | In April. |
June. | July. | October. | November. | The fifth of May. | At noon. | Half past two. | Eleven. | Twelve. | Thirteen. |
Thirty. | Forty. | Sixty. | Ninety. | One hundred. | Five hundred. | Two thousand. | Six hundred dollars. |
Fifty dollars. | Ten percent. | Twelve months. | Two weeks. | Three years. | Nine one one. | Eight two. | Zero seven. |
My name is Anna. | My phone. | My password. | My old card. | My wife. | The mortgage. | The payment. | The deadline. |
The fees. | The app. | Savings. | Checking. | A loan. | A transfer. | A refund. | Refund. | Payment. | Balance, please. |
Lower it. | Cancel everything. | Delete it. | Undo that. | Keep it. | Send it. | Send me a letter. | Email me. | Call me later. |
Slower, please. | Speak slower. | Louder. | A bit louder. | Switch to Spanish. | In English, please. | Supervisor. |
Your manager. | Somebody real. | Connect me. | Put me through. | I want a human. | I want to cancel. | I want to complain. |
I need money. | I have another question. | One question. | Quick question. | Okay, but why? | Okay, but how? |
Yeah, but when? | Right, but what now? | I see, but why? | Yes, but no. | Well, actually. | Actually, yes. | Never. |
Nothing. | Nobody. | Something's wrong. | It's broken. | It was stolen. | It's late. | It's urgent. | Too slow. | Too long. |
Too high. | Make it four. | Make it a hundred. | Change the date. | Another day. | Another card. | The other account.
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
