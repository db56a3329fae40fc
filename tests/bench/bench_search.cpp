// A search of many memes by words, as it is asked while someone types: bench_search ROWS [WORDS…] prints as JSON how
// long the index takes to make, and for each word how many memes it finds and the median and slowest of 31 answers, all
// in time of the processor.

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/random.h"
#include "core/base/searched_text.h"
#include "core/store/meme_search.h"

using namespace dank;

namespace {

/// Of the processor, on which one thread does it all: the same as by the wall's clock where nothing else runs.
double milliseconds()
{
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

/// Words as often as in a language: the k-th most frequent one about 1/k as often as the first (Zipf).
class Language {
public:
    Language()
    {
        static constexpr const char *kCommon[] = {"the", "when", "you", "and", "me", "my",   "to",  "a",
                                                  "is",  "that", "in",  "it",  "of", "this", "meme"};
        m_words.assign(std::begin(kCommon), std::end(kCommon));
        static constexpr const char *kParts[] = {"ba",  "ne", "ro", "ti",  "mu",  "ka",  "shi", "lo",  "ent",  "ing",
                                                 "der", "ch", "ou", "ist", "vel", "qua", "pre", "str", "ight", "ly"};
        while (m_words.size() < 30'000) {
            std::string word;
            for (std::uint64_t parts = 2 + m_random.below(3); parts > 0; --parts)
                word += kParts[m_random.below(std::size(kParts))];
            m_words.push_back(word);
        }
        double sum = 0;
        for (std::size_t i = 0; i < m_words.size(); ++i)
            m_share.push_back(sum += 1.0 / static_cast<double>(i + 2));
    }

    std::string sentence(std::size_t words)
    {
        std::string text;
        for (; words > 0; --words) {
            const auto at = std::ranges::upper_bound(m_share, m_random.uniform() * m_share.back());
            text += m_words[static_cast<std::size_t>(at - m_share.begin())] + (words > 1 ? " " : "");
        }
        return text;
    }

private:
    Random m_random{1};
    std::vector<std::string> m_words;
    std::vector<double> m_share;
};

}  // namespace

int main(int argc, char **argv)
try {
    if (argc < 2)
        return 2;
    const std::size_t rows = std::strtoull(argv[1], nullptr, 10);
    Language language;
    std::vector<SearchedMeme> memes;
    for (std::size_t i = 0; i < rows; ++i)
        memes.push_back({language.sentence(8), language.sentence(16), "author" + std::to_string(i % 9973)});
    const double begin = milliseconds();
    const MemeSearch search(memes);
    nlohmann::ordered_json json{{"rows", rows}, {"index_ms", milliseconds() - begin}};
    for (int i = 2; i < argc; ++i) {
        std::vector<double> times;
        std::size_t found = 0;
        for (int round = 0; round < 31; ++round) {
            const double asked = milliseconds();
            found = search.find(searchedWords(argv[i])).size();
            times.push_back(milliseconds() - asked);
        }
        std::ranges::sort(times);
        json["words"].push_back({{"word", argv[i]},
                                 {"found", found},
                                 {"median_ms", times[times.size() / 2]},
                                 {"slowest_ms", times.back()}});
    }
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    json["peak_mb"] = static_cast<double>(usage.ru_maxrss) / 1024;
    std::puts(json.dump().c_str());
    return 0;
} catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
