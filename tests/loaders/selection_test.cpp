#include "loaders/selection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/error.h"
#include "tests/loaders/split_samples.h"

namespace asbench::loaders {
namespace {

std::set<std::string> ids(const Split& split) {
  std::set<std::string> result;
  for (const Story& story : split.stories) result.insert(story.id);
  return result;
}

std::map<std::string, int> per_ip(const Split& split) {
  std::map<std::string, int> counts;
  for (const Story& story : split.stories) ++counts[story.ip];
  return counts;
}

TEST(Selection, KeepsEverythingWhenNothingIsAsked) {
  const Split split = testing::made_split(3, 2, 4);
  EXPECT_TRUE(is_whole({}));
  EXPECT_EQ(select(split, {}).sha256, split.sha256);
}

TEST(Selection, FiltersByIpAndStoryAndDropsEmptyIps) {
  const Split split = testing::made_split(3, 2, 4);
  const Split part = select(split, {.ips = {"ip_02", "ip_00"}});
  EXPECT_EQ(part.stories.size(), 4U);
  EXPECT_EQ(part.ips.size(), 2U);
  EXPECT_NE(part.sha256, split.sha256);
  const Split story = select(split, {.ips = {"ip_02"}, .stories = {"ip_02/1", "ip_00/0"}});
  EXPECT_EQ(ids(story), (std::set<std::string>{"ip_02/1"}));
}

TEST(Selection, LimitTakesTheFirstStories) {
  const Split part = select(testing::made_split(3, 2, 4), {.limit = 3});
  EXPECT_EQ(ids(part), (std::set<std::string>{"ip_00/0", "ip_00/1", "ip_01/0"}));
}

TEST(Selection, SubsetTakesEqualSharesOfEqualIps) {
  const Split split = testing::made_split(5, 10, 1);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Split part = select(split, {.subset = 20, .seed = seed});
    ASSERT_EQ(part.stories.size(), 20U);
    for (const auto& [ip, count] : per_ip(part)) EXPECT_EQ(count, 4) << ip;
  }
}

TEST(Selection, SubsetGivesEachIpItsShareRoundedUpOrDown) {
  Split split = testing::made_split(4, 12, 1);
  std::erase_if(split.stories, [](const Story& story) {  // 12, 12, 12, 3 stories
    return story.ip == "ip_03" && story.prompt.size() + (story.prompt > "2" ? 1U : 0U) > 1;
  });
  ASSERT_EQ(split.stories.size(), 39U);
  finish_split(split);
  for (int n = 1; n <= 39; ++n) {
    const auto counts = per_ip(select(split, {.subset = n, .seed = 3}));
    int total = 0;
    for (const auto& [ip, size] : per_ip(split)) {
      const int taken = counts.contains(ip) ? counts.at(ip) : 0;
      EXPECT_GE(taken, size * n / 39) << ip << " of " << n;
      EXPECT_LE(taken, (size * n + 38) / 39) << ip << " of " << n;
      total += taken;
    }
    EXPECT_EQ(total, n);
  }
}

TEST(Selection, SubsetDependsOnTheSeedOnlyAndNotOnTheOrderOfStories) {
  const Split split = testing::made_split(4, 10, 1);
  Split shuffled = split;
  std::reverse(shuffled.stories.begin(), shuffled.stories.end());
  std::reverse(shuffled.ips.begin(), shuffled.ips.end());
  std::set<std::set<std::string>> different;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Selection selection{.subset = 7, .seed = seed};
    EXPECT_EQ(ids(select(split, selection)), ids(select(shuffled, selection)));
    different.insert(ids(select(split, selection)));
  }
  EXPECT_GT(different.size(), 8U);
}

TEST(Selection, SubsetDrawsEveryStoryAboutEquallyOften) {
  const Split split = testing::made_split(2, 5, 1);
  std::map<std::string, int> drawn;
  constexpr int kDraws = 2000;
  for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
    for (const auto& id : ids(select(split, {.subset = 4, .seed = seed}))) ++drawn[id];
  }
  // Each story with probability 0.4: 800, standard deviation 22; five of them to either side.
  ASSERT_EQ(drawn.size(), 10U);
  for (const auto& [id, count] : drawn) EXPECT_NEAR(count, 800, 110) << id;
}

TEST(Selection, RefusesWhatCanNotBe) {
  const Split split = testing::made_split(2, 2, 1);
  for (const Selection& selection :
       {Selection{.ips = {"nobody"}}, Selection{.stories = {"ip_00/9"}}, Selection{.limit = 0},
        Selection{.subset = 0}, Selection{.subset = 5}, Selection{.limit = 1, .subset = 1},
        Selection{.ips = {"ip_00"}, .stories = {"ip_01/0"}}}) {
    EXPECT_THROW(static_cast<void>(select(split, selection)), UsageError);
  }
}

/// The ids as IPs of one story each.
Split split_of(const std::vector<std::string>& ips) {
  Split split;
  for (const std::string& ip : ips) {
    split.ips.push_back({ip, {}, {}, {}});
    split.stories.push_back({ip + "/0", ip, "0", {Shot{}}});
  }
  finish_split(split);
  return split;
}

TEST(Selection, UnderstandsIdsThatHoldCommas) {
  const Split split = split_of({"Hello, world", "a", "b", "a,b", "x,y,z", "z"});
  const auto chosen = [&](const std::vector<std::string>& texts) {
    return ids(select(split, {.stories = texts}));
  };
  using Ids = std::set<std::string>;
  EXPECT_EQ(chosen({"Hello, world/0"}), (Ids{"Hello, world/0"}));
  EXPECT_EQ(chosen({"a/0,Hello, world/0 , b/0"}), (Ids{"a/0", "Hello, world/0", "b/0"}));
  EXPECT_EQ(chosen({"x,y,z/0", "a/0"}), (Ids{"x,y,z/0", "a/0"}));
  const Split ips = select(split, {.ips = {"a,b"}});  // an id of its own, though a and b are too
  EXPECT_EQ(ids(ips), (Ids{"a,b/0"}));
  EXPECT_EQ(ids(select(split, {.ips = {"a,z", "b"}})), (Ids{"a/0", "z/0", "b/0"}));
  EXPECT_EQ(ids(select(split, {.ips = {"a,b,x,y,z"}})), (Ids{"a,b/0", "x,y,z/0"}));
}

TEST(Selection, ReadsALongListOfIds) {
  std::vector<std::string> names;
  std::string list;
  for (int i = 0; i < 20000; ++i) {
    names.push_back("ip" + std::to_string(i));
    list += (i == 0 ? "" : ",") + names.back();
  }
  EXPECT_EQ(select(split_of(names), {.ips = {list}}).stories.size(), 20000U);
}

TEST(Selection, TakesAnIdInEitherUnicodeForm) {
  const Split split = split_of({"caf\xC3\xA9", "tea"});
  EXPECT_EQ(ids(select(split, {.ips = {"cafe\xCC\x81"}})),
            (std::set<std::string>{"caf\xC3\xA9/0"}));
}

TEST(Selection, SuggestsTheNearestId) {
  const auto message = [](const Selection& selection) -> std::string {
    try {
      static_cast<void>(select(split_of({"Hello, world", "moon rabbit", "sea"}), selection));
      return "was taken";
    } catch (const UsageError& error) {
      return error.what();
    }
  };
  EXPECT_NE(message({.stories = {"moon rabit/0"}}).find("Did you mean moon rabbit/0?"),
            std::string::npos);
  EXPECT_NE(message({.ips = {"sea,Moon Rabbits"}})
                .find("--ips Moon Rabbits: unknown id. Did you "
                      "mean moon rabbit?"),
            std::string::npos)
      << message({.ips = {"sea,Moon Rabbits"}});
  const std::string far = message({.ips = {"quite another name"}});
  EXPECT_EQ(far.find("Did you mean"), std::string::npos);
  EXPECT_NE(far.find("The split has 3: Hello, world, moon rabbit, sea"), std::string::npos) << far;
  EXPECT_NE(message({.limit = 0}).find("--limit 0: expected a number of stories from 1 on. Leave"),
            std::string::npos);
}

}  // namespace
}  // namespace asbench::loaders
