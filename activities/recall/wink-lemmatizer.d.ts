declare module 'wink-lemmatizer' {
  /** The word without its inflection, or as it is. */
  const lemmatize: { noun(word: string): string; verb(word: string): string };
  export default lemmatize;
}
