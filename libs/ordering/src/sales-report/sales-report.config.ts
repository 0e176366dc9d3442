import { SalesReportController } from './sales-report.controller';
import { SalesReportHandler } from './sales-report.query';

export const salesReportProviders = [SalesReportHandler];
export const salesReportControllers = [SalesReportController];
