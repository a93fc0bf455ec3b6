/** Keys that every test database knows. */
export const keys = {
  admin: 'sat_test-admin-key-0123456789abcdefghijkl',
  writer: 'sat_test-writer-key-0123456789abcdefghij',
  importer: 'sat_test-importer-key-0123456789abcdefg',
} as const;
