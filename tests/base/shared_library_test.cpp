// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/shared_library.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace yestermail::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

template <class Call>
std::string failure_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing failed";
}

TEST(SharedLibraryTest, GivesAFunctionByItsName) {
  const SharedLibrary library("libm.so.6", "libc6");
  double (*power)(double, double) = nullptr;
  library.find("pow", power);
  EXPECT_EQ(power(2, 10), 1024);
}

TEST(SharedLibraryTest, SaysWhichPackageIsMissing) {
  EXPECT_THAT(failure_of([] { SharedLibrary("libnowhere.so.9", "libnowhere9"); }),
              AllOf(HasSubstr("libnowhere.so.9"), HasSubstr("the package libnowhere9")));
}

TEST(SharedLibraryTest, AFunctionThatIsNotThereIsAnError) {
  const SharedLibrary library("libm.so.6", "libc6");
  void (*none)() = nullptr;
  EXPECT_THAT(failure_of([&] { library.find("no_such_function", none); }),
              AllOf(HasSubstr("libm.so.6"), HasSubstr("no_such_function")));
}

}  // namespace
}  // namespace yestermail::test
