// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/mount_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/error.h"
#include "fs/mount_info.h"

namespace yestermail {
namespace {

using testing::Contains;
using testing::IsSupersetOf;
using testing::Not;

TEST(MountOptions, AreAlwaysThoseOfAReadOnlyMount) {
  EXPECT_THAT(mount_options({}), IsSupersetOf({"ro", "nosuid", "nodev", "noexec", "noatime", "default_permissions",
                                               "fsname=yestermail", "subtype=yestermail"}));
}

TEST(MountOptions, LeaveTheRefusalToTheModesWhereItIsClosed) {
  for (const auto* asked : {"closed", "allow_other,closed", "ro,closed"}) {
    EXPECT_TRUE(is_closed({asked})) << asked;
    EXPECT_THAT(mount_options({asked}), Not(Contains("ro"))) << asked;
    EXPECT_THAT(mount_options({asked}), Not(Contains("closed"))) << asked;
    EXPECT_THAT(mount_options({asked}), IsSupersetOf({"nosuid", "nodev", "noexec", "default_permissions"})) << asked;
  }
  EXPECT_FALSE(is_closed({"allow_other", "context=closed", "closed2"}));
}

TEST(MountOptions, PassOnWhatWasAsked) {
  EXPECT_THAT(mount_options({"allow_other,,ro", "context=x"}), IsSupersetOf({"allow_other", "ro", "context=x"}));
}

TEST(MountOptions, RefuseWhatWouldUndoThem) {
  for (const auto* option : {"rw", "allow_other,rw", "suid", "dev", "exec", "fsname=x", "subtype=x", "max_read=1"}) {
    EXPECT_THROW(mount_options({option}), Error) << option;
  }
}

TEST(MountInfo, FindsTheTopmostMountOfAPath) {
  const std::string text =
      "22 1 0:21 / /mnt/a rw,relatime shared:1 master:2 - ext4 /dev/sda rw\n"
      "23 1 0:22 / /mnt/with\\040space ro - fuse.yestermail yestermail ro\n"
      "24 1 0:23 / /mnt/a ro - fuse.sshfs x ro\n";
  std::istringstream one(text);
  EXPECT_EQ(find_mount(one, "/mnt/a")->type, "fuse.sshfs");
  std::istringstream two(text);
  EXPECT_EQ(find_mount(two, "/mnt/with space")->device, "0:22");
  std::istringstream three(text);
  EXPECT_FALSE(find_mount(three, "/mnt"));
}

}  // namespace
}  // namespace yestermail
