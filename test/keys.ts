/** Keys that every test database knows. */
export const keys = {
  admin: 'sat_test-admin-key-0123456789abcdefghijkl',
  writer: 'sat_test-writer-key-0123456789abcdefghij',
  importer: 'sat_test-importer-key-0123456789abcdefg',
  planner: 'sat_test-planner-key-0123456789abcdefghi',
  approver: 'sat_test-approver-key-0123456789abcdefgh',
} as const;
