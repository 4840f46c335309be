import { z } from 'zod';

// Zod compiles schemas with `new Function` where it may. The content security policy forbids that, and even the attempt
// would be reported as a violation. This must run before any module that declares a schema is evaluated.
z.config({ jitless: true });
