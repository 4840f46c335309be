import { z } from 'zod';

// Every id is a random UUID (RFC 9562, version 4): it says nothing about the person or thing that it names. It is written
// in lower case, and only so: ids are part of what is signed and sealed, where another spelling is another id.
const uuid = z.uuid().lowercase('expected a UUID in lower case');

export const OrgId = uuid.brand<'OrgId'>();
export type OrgId = z.infer<typeof OrgId>;

export const PersonId = uuid.brand<'PersonId'>();
export type PersonId = z.infer<typeof PersonId>;

export const TeamId = uuid.brand<'TeamId'>();
export type TeamId = z.infer<typeof TeamId>;

export const DeviceId = uuid.brand<'DeviceId'>();
export type DeviceId = z.infer<typeof DeviceId>;

/** One working session: from the employee's start to their stop. */
export const SessionId = uuid.brand<'SessionId'>();
export type SessionId = z.infer<typeof SessionId>;

/** One run of the device's monotonic clock; times of different boots cannot be compared by `mono`. */
export const BootId = uuid.brand<'BootId'>();
export type BootId = z.infer<typeof BootId>;

export const ImageId = uuid.brand<'ImageId'>();
export type ImageId = z.infer<typeof ImageId>;

/** One request of a person about their own data (GDPR Art. 12 to 22). */
export const RequestId = uuid.brand<'RequestId'>();
export type RequestId = z.infer<typeof RequestId>;

/** One order to erase something, of one person or of many. */
export const ErasureId = uuid.brand<'ErasureId'>();
export type ErasureId = z.infer<typeof ErasureId>;

export const SegmentId = uuid.brand<'SegmentId'>();
export type SegmentId = z.infer<typeof SegmentId>;

/** One export of another server that a person brought along. */
export const ImportId = uuid.brand<'ImportId'>();
export type ImportId = z.infer<typeof ImportId>;

/** One file that a person is bringing along, until it is taken in or let go. */
export const ArrivalId = uuid.brand<'ArrivalId'>();
export type ArrivalId = z.infer<typeof ArrivalId>;

/** One copy of everything, until the day on which it ends. */
export const BackupId = uuid.brand<'BackupId'>();
export type BackupId = z.infer<typeof BackupId>;
