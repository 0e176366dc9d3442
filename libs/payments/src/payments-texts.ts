/** The texts of this context's refusals, by code. */
export const paymentsTexts = {
  en: { FINDING_NEEDS_NOBODY: 'The shop handles this finding itself. Its state is {state}.' },
  vi: { FINDING_NEEDS_NOBODY: 'Cửa hàng tự xử lý khoản này: trạng thái là {state}.' },
};
