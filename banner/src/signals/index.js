/** Those who are told of the consent in their own words: another one is a module like these and a word here. It is
 *  in the script where the settings switch one of them on. */
import { signals } from '../head.js';
import { announce } from './data_layer.js';
import { google } from './google.js';
import { meta } from './meta.js';

signals.push(google, meta, { announce });
