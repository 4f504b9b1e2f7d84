export * from 'pushstream-client';
export * as binding from 'pushstream-client/binding';
