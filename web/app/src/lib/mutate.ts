// Changes: one input, one operation id per intent, and a typed answer.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useCallback, useRef, useState } from 'react';
import { useClient } from 'urql';
import { newOperationId } from './client.ts';
import { translate } from './messages.tsx';
import { isUnanswered } from './service.ts';

/** A refusal that the user can act on: a member of the mutation's union. */
export interface Refusal {
  __typename: string;
  message: string;
  current?: string | null;
  unmetRules?: readonly { rule: string; message: string }[] | null;
}

export type Outcome<Payload> = { payload: Payload; refusal: null } | { payload: null; refusal: Refusal };

type Answer<Data> = { [Field in keyof Data as Field extends '__typename' ? never : Field]: Data[Field] };
type ResultOf<Data> = Answer<Data>[keyof Answer<Data>];
type PayloadOf<Data> = Exclude<ResultOf<Data>, { message: string }>;
type InputOf<Variables> = Variables extends { input: infer Input } ? Omit<Input, 'operationId'> : never;

export interface Mutation<Data, Variables> {
  /** Sends the change. Sent again with the same input after a lost answer, it is made once. */
  run: (input: InputOf<Variables>) => Promise<Outcome<PayloadOf<Data>>>;
  isRunning: boolean;
  refusal: Refusal | null;
  /** Forgets the refusal, and that the last intent was ever sent. */
  reset: () => void;
}

/** A mutation with one root field whose union has one payload and typed refusals. */
export function useChange<Data, Variables extends { input: { operationId: string } }>(
  document: TypedDocumentNode<Data, Variables>,
): Mutation<Data, Variables> {
  const client = useClient();
  const [isRunning, setRunning] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const intent = useRef({ key: '', operationId: '' });

  const run = useCallback(
    async (input: InputOf<Variables>): Promise<Outcome<PayloadOf<Data>>> => {
      const key = JSON.stringify(input);
      if (intent.current.key !== key) intent.current = { key, operationId: newOperationId() };
      setRunning(true);
      setRefusal(null);
      const variables = { input: { ...input, operationId: intent.current.operationId } } as unknown as Variables;
      const { data, error } = await client.mutation(document, variables as never).toPromise();
      setRunning(false);
      if (error || !data) {
        // No answer, or an error that is none of the typed ones: the same intent may be sent again.
        const refused = {
          __typename: 'UnavailableError',
          message: error && isUnanswered(error) ? translate('silence.change') : (error?.message ?? ''),
        };
        setRefusal(refused);
        return { payload: null, refusal: refused };
      }
      intent.current = { key: '', operationId: '' };
      const [result] = Object.entries(data as object).flatMap(([name, value]) =>
        name === '__typename' ? [] : [value],
      );
      if (result && typeof result === 'object' && 'message' in result) {
        setRefusal(result as Refusal);
        return { payload: null, refusal: result as Refusal };
      }
      return { payload: result as PayloadOf<Data>, refusal: null };
    },
    [client, document],
  );
  const reset = useCallback(() => {
    intent.current = { key: '', operationId: '' };
    setRefusal(null);
  }, []);
  return { run, isRunning, refusal, reset };
}
