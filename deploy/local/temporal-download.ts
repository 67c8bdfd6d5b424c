import { TestWorkflowEnvironment } from '@temporalio/testing';

/**
 * A program: has the SDK download the Temporal CLI into the folder that its argument names. The SDK downloads as it
 * starts a server, so one is started, and stopped again. In a process of its own because the SDK can't be told to
 * give up.
 */
const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', downloadDir: process.argv[2] } },
}).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
await environment.teardown();
