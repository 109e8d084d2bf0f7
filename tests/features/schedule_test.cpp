#include "features/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace asbench::features {
namespace {

using loaders::ShotSource;

ShotSource file(const std::string& path) {
  return {ShotSource::Kind::video_file, path};
}
ShotSource range(const std::string& path, int begin, int end) {
  return {ShotSource::Kind::video_range, path, begin, end};
}

std::vector<DecodeTask> all_tasks(Schedule& schedule) {
  std::vector<DecodeTask> tasks;
  while (auto task = schedule.next()) tasks.push_back(*task);
  return tasks;
}

TEST(Schedule, TakesReferencesThenClipsByUse) {
  ExtractionPlan plan;
  plan.references.resize(2);
  const auto real = plan.add_clip(file("real"), ClipUse::reference_set);
  const auto ceiling = plan.add_clip(file("ceiling"), ClipUse::ceiling);
  const auto first = plan.add_clip(file("b"));
  const auto second = plan.add_clip(file("a"));
  Schedule schedule(plan);
  const auto tasks = all_tasks(schedule);
  ASSERT_EQ(tasks.size(), 6U);
  EXPECT_EQ(tasks[0].reference, 0U);
  EXPECT_EQ(tasks[1].reference, 1U);
  EXPECT_TRUE(tasks[0].clips.empty());
  const std::vector<std::size_t> order{first, second, ceiling, real};
  for (std::size_t i = 0; i < order.size(); ++i) {
    EXPECT_FALSE(tasks[2 + i].reference);
    EXPECT_EQ(tasks[2 + i].clips, std::vector{order[i]}) << i;
  }
}

TEST(Schedule, DecodesRangesOfOneVideoTogetherUnlessTheirUseDiffers) {
  ExtractionPlan plan;
  const auto a0 = plan.add_clip(range("a", 0, 5));
  const auto b0 = plan.add_clip(range("b", 0, 5));
  const auto a1 = plan.add_clip(range("a", 5, 9));
  const auto whole = plan.add_clip(file("a"));
  const auto real = plan.add_clip(range("a", 9, 12), ClipUse::reference_set);
  Schedule schedule(plan);
  const auto tasks = all_tasks(schedule);
  ASSERT_EQ(tasks.size(), 4U);
  EXPECT_EQ(tasks[0].clips, (std::vector{a0, a1}));
  EXPECT_EQ(tasks[1].clips, std::vector{b0});
  EXPECT_EQ(tasks[2].clips, std::vector{whole});
  EXPECT_EQ(tasks[3].clips, std::vector{real});
}

TEST(Schedule, OfNothingHasNoTask) {
  const ExtractionPlan plan;
  Schedule schedule(plan);
  EXPECT_FALSE(schedule.next());
}

TEST(Schedule, GivesEachTaskToOneThread) {
  ExtractionPlan plan;
  for (int i = 0; i < 2000; ++i) plan.add_clip(file(std::to_string(i)));
  Schedule schedule(plan);
  std::vector<std::atomic<int>> given(plan.clips.size());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (const auto task = schedule.next()) ++given[task->clips.front()];
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(std::all_of(given.begin(), given.end(), [](const auto& n) { return n == 1; }));
}

TEST(Schedule, LetsTheFirstClipStandForLaterOnesOfEqualContent) {
  ExtractionPlan plan;
  const auto a = plan.add_clip(file("a"));
  const auto b = plan.add_clip(file("b"));
  const auto other = plan.add_clip(file("other"));
  const auto ceiling = plan.add_clip(file("c"), ClipUse::ceiling);
  const auto real = plan.add_clip(file("d"), ClipUse::reference_set);
  Schedule schedule(plan);
  EXPECT_FALSE(schedule.stand_in(a, "content"));
  EXPECT_EQ(schedule.stand_in(b, "content"), a);
  EXPECT_FALSE(schedule.stand_in(other, "other content"));
  EXPECT_EQ(schedule.stand_in(ceiling, "content"), a);
  EXPECT_EQ(schedule.stand_in(real, "content"), a);
  EXPECT_EQ(schedule.represented_by(a), a);
  EXPECT_EQ(schedule.represented_by(b), a);
  EXPECT_EQ(schedule.represented_by(other), other);
  EXPECT_EQ(schedule.represented_by(real), a);
}

TEST(Schedule, LooksAtAShotItselfWhenAClipOfLesserUseCameFirst) {
  ExtractionPlan plan;
  const auto shot = plan.add_clip(file("a"));
  const auto again = plan.add_clip(file("b"));
  const auto ceiling = plan.add_clip(file("c"), ClipUse::ceiling);
  const auto real = plan.add_clip(file("d"), ClipUse::reference_set);
  Schedule schedule(plan);
  EXPECT_FALSE(schedule.stand_in(real, "content"));
  EXPECT_FALSE(schedule.stand_in(ceiling, "content"));
  EXPECT_FALSE(schedule.stand_in(shot, "content"));
  EXPECT_EQ(schedule.stand_in(again, "content"), shot);
  for (const auto clip : {shot, ceiling, real}) EXPECT_EQ(schedule.represented_by(clip), clip);
}

TEST(Schedule, KeepsTheReferenceSetApartUnderAWindowRule) {
  ExtractionPlan plan;
  plan.frame_rule = {loaders::FrameRule::Kind::window, 16};
  const auto shot = plan.add_clip(file("a"));
  const auto ceiling = plan.add_clip(file("b"), ClipUse::ceiling);
  const auto real = plan.add_clip(file("c"), ClipUse::reference_set);
  const auto again = plan.add_clip(file("d"), ClipUse::reference_set);
  Schedule schedule(plan);
  EXPECT_FALSE(schedule.stand_in(shot, "content"));
  EXPECT_EQ(schedule.stand_in(ceiling, "content"), shot);
  EXPECT_FALSE(schedule.stand_in(real, "content"));
  EXPECT_EQ(schedule.stand_in(again, "content"), real);
}

TEST(Schedule, GrantsAKeyOnce) {
  const ExtractionPlan plan;
  Schedule schedule(plan);
  EXPECT_TRUE(schedule.claim("a"));
  EXPECT_FALSE(schedule.claim("a"));
  EXPECT_TRUE(schedule.claim("b"));
}

TEST(Schedule, RemembersWhatAClipWasFoundToBe) {
  ExtractionPlan plan;
  const auto a = plan.add_clip(range("a", 0, 5));
  const auto b = plan.add_clip(range("a", 0, 5), ClipUse::reference_set);
  const auto c = plan.add_clip(range("a", 0, 6));
  plan.known.add(plan.clips[c].source, {"of c", ClipOutcome::Broken{"bad_cuts", "no"}}, "absent");
  Schedule schedule(plan);
  EXPECT_FALSE(schedule.known(a));
  schedule.learn(a, {"of a", {}}, "absent");
  EXPECT_EQ(schedule.known(a)->content_sha256, "of a");
  EXPECT_EQ(schedule.known(b)->content_sha256, "of a");
  EXPECT_EQ(schedule.known(c)->broken->cause, "no");
}

TEST(KnownClips, ForgetAFileThatWasWrittenTo) {
  const testing::TemporaryFolder folder;
  const auto source = file((folder / "clip.mp4").string());
  std::ofstream(source.path.path()) << "one";
  KnownClips known;
  known.add(source, {"hash", {}}, KnownClips::stamp_of(source));
  ASSERT_TRUE(known.find(source));
  std::ofstream(source.path.path()) << "other";
  EXPECT_FALSE(known.find(source));
  std::filesystem::remove(source.path);
  EXPECT_FALSE(known.find(source));
}

}  // namespace
}  // namespace asbench::features
