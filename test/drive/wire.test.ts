import { makeWireDriver } from '../../src/drive/wire/wire.ts';
import { describeDriver } from './contract.ts';

describeDriver('wire', makeWireDriver);
