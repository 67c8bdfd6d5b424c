import { embeddingContract } from '../../test/contracts/embedding.ts';
import { createScriptedEmbedding } from './scripted.ts';

embeddingContract('the scripted embedding', createScriptedEmbedding);
