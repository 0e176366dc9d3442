export { eventually } from '../../libs/database/src/testing/eventually';
