/** `+14155550123` → `+14•••••23`: enough to recognise a number that one knows, too little to learn it. */
export const maskPhone = (phone: string) =>
  phone.length <= 6 ? '•'.repeat(phone.length) : `${phone.slice(0, 3)}•••••${phone.slice(-2)}`;

/** `cust-8841` → `cu•••41`. */
export const maskCustomer = (id: string) => (id.length <= 5 ? '•••' : `${id.slice(0, 2)}•••${id.slice(-2)}`);
