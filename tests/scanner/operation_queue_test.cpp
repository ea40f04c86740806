// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner/operation_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace yestermail {
namespace {

using namespace std::chrono_literals;
using Timer = std::chrono::steady_clock;

/// Takes with a limit: nothing, if nothing is due for so long.
std::optional<OperationQueue::Work> take(OperationQueue& queue, std::chrono::milliseconds most = 100ms) {
  std::stop_source stop;
  const std::jthread timer([&](const std::stop_token& end) {
    for (const auto until = Timer::now() + most; Timer::now() < until && !end.stop_requested();) {
      std::this_thread::sleep_for(1ms);
    }
    stop.request_stop();
  });
  return queue.take(stop.get_token());
}

struct QueueTest : testing::Test {
  std::atomic<std::uint64_t> fence{0};
  OperationQueue queue{1000, fence};
};

TEST_F(QueueTest, GivesANameOnceHoweverOftenItWasAskedFor) {
  for (int i = 0; i < 3; ++i) queue.look("alice", {"cur", "1"});
  queue.look("alice", {"new", "1"});
  const auto work = take(queue);
  ASSERT_TRUE(work);
  EXPECT_EQ(work->account, "alice");
  EXPECT_EQ(work->messages, (std::vector<Look>{{"cur", "1"}, {"new", "1"}}));
  queue.done("alice");
  EXPECT_FALSE(take(queue));
  EXPECT_EQ(queue.figures().names, 0U);
}

TEST_F(QueueTest, GivesAnAccountToOneWorkerAtATime) {
  queue.look("alice", {"cur", "1"});
  ASSERT_TRUE(take(queue));
  queue.look("alice", {"cur", "2"});
  EXPECT_FALSE(take(queue));
  queue.look("bob", {"cur", "3"});
  const auto other = take(queue);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->account, "bob");
  queue.done("alice");
  const auto next = take(queue);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->messages, (std::vector<Look>{{"cur", "2"}}));
}

TEST_F(QueueTest, TheOldestComesFirst) {
  queue.look("zoe", {"cur", "1"});
  std::this_thread::sleep_for(2ms);
  queue.look("alice", {"cur", "1"});
  EXPECT_EQ(take(queue)->account, "zoe");
  EXPECT_EQ(take(queue)->account, "alice");
}

TEST_F(QueueTest, AFileWaitsUntilItIsAtRestButNotForEver) {
  const auto begun = Timer::now();
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    while (!stop) {
      queue.look_when_at_rest("alice", {"", "dovecot-uidlist"}, 50ms, 200ms);
      std::this_thread::sleep_for(5ms);
    }
  });
  const auto work = take(queue, 5000ms);
  stop = true;
  busy.join();
  ASSERT_TRUE(work);
  EXPECT_EQ(work->files, (std::vector<Look>{{"", "dovecot-uidlist"}}));
  EXPECT_GE(Timer::now() - begun, 195ms);
}

TEST_F(QueueTest, MessagesDoNotWaitForFilesThatAreNotAtRest) {
  queue.look_when_at_rest("alice", {"", "dovecot-uidlist"}, 10s, 60s);
  queue.look("alice", {"new", "1"});
  const auto work = take(queue);
  ASSERT_TRUE(work);
  EXPECT_TRUE(work->files.empty());
  EXPECT_EQ(work->messages.size(), 1U);
}

TEST_F(QueueTest, TooManyNamesBecomeALookThroughTheirAccount) {
  queue.look("bob", {"new", "1"});
  for (int i = 0; i < 1000; ++i) queue.look("alice", {"new", std::to_string(i)});
  EXPECT_LE(queue.figures().names, 1000U);
  EXPECT_EQ(queue.figures().names_dropped, 1000U);
  std::optional<OperationQueue::Work> alice;
  for (int i = 0; i < 2; ++i) {
    auto work = take(queue);
    ASSERT_TRUE(work);
    if (work->account == "alice") alice = std::move(work);
  }
  ASSERT_TRUE(alice);
  EXPECT_TRUE(alice->reconcile);
  EXPECT_TRUE(alice->names_lost);
  EXPECT_TRUE(alice->messages.empty());
}

TEST_F(QueueTest, TheCountOfNamesNeverGoesAstray) {
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 400; ++i) queue.look("alice", {"new", std::to_string(i)});
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(take(queue));
      queue.look("alice", {"new", "more"});
      queue.done("alice");
    }
  }
  while (take(queue, 20ms)) queue.done("alice");
  EXPECT_EQ(queue.figures().names, 0U);
  EXPECT_EQ(queue.figures().others, 0U);
}

TEST_F(QueueTest, OneWorkerIsKeptForNames) {
  queue.limit_reconciles(1);
  queue.reconcile("alice", Timer::now());
  queue.reconcile("bob", Timer::now());
  ASSERT_TRUE(take(queue)->reconcile);
  EXPECT_FALSE(take(queue));
  queue.look("carol", {"new", "1"});
  const auto work = take(queue);
  ASSERT_TRUE(work);
  EXPECT_EQ(work->account, "carol");
}

TEST_F(QueueTest, AReconcileThatWaitsForAWorkerIsNotForgotten) {
  queue.limit_reconciles(1);
  queue.reconcile("alice", Timer::now());
  queue.reconcile("bob", Timer::now());
  const auto first = take(queue);
  ASSERT_TRUE(first);
  std::jthread ends([&] {
    std::this_thread::sleep_for(20ms);
    queue.done(first->account);
  });
  const auto second = take(queue, 5000ms);
  ASSERT_TRUE(second);
  EXPECT_NE(first->account, second->account);
}

TEST_F(QueueTest, AnAccountThatIsLookedThroughAgainAndAgainHasToPause) {
  queue.reconcile("alice", Timer::now());
  ASSERT_TRUE(take(queue));
  std::this_thread::sleep_for(50ms);
  queue.done("alice");
  queue.reconcile("alice", Timer::now());
  const auto begun = Timer::now();
  ASSERT_TRUE(take(queue, 5000ms));
  EXPECT_GE(Timer::now() - begun, 150ms);
}

TEST_F(QueueTest, WhatIsHeldIsNotGivenOut) {
  std::stop_source stop;
  ASSERT_TRUE(queue.hold("alice", stop.get_token()));
  queue.look("alice", {"new", "1"});
  EXPECT_FALSE(take(queue));
  queue.done("alice");
  EXPECT_TRUE(take(queue));
}

TEST_F(QueueTest, WhoeverWaitsForAnAccountTakesNoWorkersWakeUp) {
  std::stop_source stop;
  ASSERT_TRUE(queue.hold("alice", stop.get_token()));
  std::vector<std::jthread> holders;
  for (int i = 0; i < 8; ++i) holders.emplace_back([&] { queue.hold("alice", stop.get_token()); });
  std::this_thread::sleep_for(20ms);
  std::atomic<int> taken{0};
  std::jthread worker([&](const std::stop_token& end) {
    while (const auto work = queue.take(end)) {
      ++taken;
      queue.done(work->account);
    }
  });
  for (int i = 1; i <= 20; ++i) {
    std::this_thread::sleep_for(2ms);
    queue.look("bob", {"new", std::to_string(i)});
    for (int wait = 0; wait < 1000 && taken < i; ++wait) std::this_thread::sleep_for(1ms);
    ASSERT_EQ(taken, i);
  }
  stop.request_stop();
}

TEST_F(QueueTest, TellsTheFenceThatTheNamesLieBehind) {
  fence = 7;
  queue.look("alice", {"new", "1"});
  EXPECT_EQ(take(queue)->fence, 7U);
}

}  // namespace
}  // namespace yestermail
