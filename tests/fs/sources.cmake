# SPDX-License-Identifier: GPL-3.0-or-later
set(FS_TEST_SOURCES
  fs/damage.cpp fs/deleted_view_test.cpp fs/exact_tree_test.cpp fs/folder_tree_test.cpp fs/friendly_tree_test.cpp
  fs/id_list_test.cpp fs/item_names_test.cpp fs/item_tag_test.cpp fs/listed_ahead_test.cpp fs/lru_cache_test.cpp
  fs/mount_options_test.cpp fs/named_instants_test.cpp fs/node_id_test.cpp fs/over_time_test.cpp
  fs/prefetcher_test.cpp fs/search_tree_test.cpp fs/state_names_test.cpp fs/time_series_test.cpp fs/tree_test.cpp
  fs/view_table_test.cpp mount/gate_test.cpp mount/idle_test.cpp mount/mount_test.cpp mount/mounted_store.cpp
  mount/mountpoint_test.cpp mount/oracle_test.cpp mount/over_time_mount_test.cpp mount/pushed_files_test.cpp
  mount/request_test.cpp)
