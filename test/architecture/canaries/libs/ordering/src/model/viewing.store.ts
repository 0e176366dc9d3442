// breaks: model-stands-alone
export { shown } from '../view-order/shown.query';
