#include "core/words/tesseract_reader.h"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <new>
#include <sstream>
#include <vector>

#include <allheaders.h>
#include <tesseract/baseapi.h>
#include <tesseract/ocrclass.h>
#include <tesseract/resultiterator.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/image/text_views.h"
#include "core/words/reading_order.h"

namespace dank {
namespace {

/// Of what is done to a picture before and after Tesseract: another number reads stored pictures anew.
constexpr int kPreparation = 2;
constexpr double kLeastConfidence = 0.60;

/// Tesseract shares its small products among OpenMP's threads, which with a reader on each core costs more than it
/// brings. Those of the calling thread stay one while this lives; LibTorch's are left alone.
class OneOpenMpThread {
public:
    OneOpenMpThread() : m_levels(omp_get_max_active_levels()) { omp_set_max_active_levels(0); }
    ~OneOpenMpThread() { omp_set_max_active_levels(m_levels); }
    OneOpenMpThread(const OneOpenMpThread &) = delete;
    OneOpenMpThread &operator=(const OneOpenMpThread &) = delete;

private:
    const int m_levels;
};

std::vector<std::string> languagesIn(const std::string &joined)
{
    std::vector<std::string> languages;
    std::istringstream stream(joined + '+');
    for (std::string name; std::getline(stream, name, '+');) {
        const bool isName = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        });
        if (!isName)
            throw Error(ErrorKind::Format, "\"" + printable(joined)
                                               + "\" names no language of Tesseract. Write \"eng\", or several as "
                                                 "\"eng+deu\".");
        languages.push_back(name);
    }
    return languages;
}

[[noreturn]] void throwMissing(const std::string &language)
{
    std::string package = language;
    std::replace(package.begin(), package.end(), '_', '-');
    std::transform(package.begin(), package.end(), package.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    throw Error(ErrorKind::File, "Tesseract has no file for the language \"" + language + "\": install tesseract-ocr-"
                                     + package + ", or name another language.");
}

bool isCancelled(void *token, int /*words*/)
{
    return static_cast<const CancelToken *>(token)->isCancelled();
}

class TesseractReader final : public TextReader {
public:
    explicit TesseractReader(const std::string &languages) : m_languages(languages)
    {
        const std::vector<std::string> asked = languagesIn(languages);
        {
            // Both libraries say their troubles on stderr, as parameters of the whole process.
            static std::mutex quiet;
            const std::lock_guard lock(quiet);
            setMsgSeverity(L_SEVERITY_NONE);
            m_tesseract.SetVariable("debug_file", "/dev/null");
        }
        const bool opened = m_tesseract.Init(nullptr, languages.c_str(), tesseract::OEM_LSTM_ONLY) == 0;
        std::vector<std::string> loaded;
        if (opened)
            m_tesseract.GetLoadedLanguagesAsVector(&loaded);
        for (const std::string &language : asked)  // it is content with any one of them
            if (std::find(loaded.begin(), loaded.end(), language) == loaded.end()
                && (opened || tesseract::TessBaseAPI().Init(nullptr, language.c_str(), tesseract::OEM_LSTM_ONLY) != 0))
                throwMissing(language);
        if (!opened)
            throw Error(ErrorKind::File, "Tesseract did not start with the languages \"" + languages
                                             + "\": install their packages again.");
        m_tesseract.SetPageSegMode(tesseract::PSM_SPARSE_TEXT);
    }

    std::string id() const override
    {
        return "tesseract-" + tesseractVersion() + '/' + m_languages + '/' + std::to_string(kPreparation);
    }

    PictureText read(const Image &upright, const CancelToken &cancel) override
    {
        const OneOpenMpThread serial;
        const TextViews views = textViews(upright);
        std::vector<std::vector<TextWord>> readings;
        try {
            for (const GreyImage &view : views.images)
                readings.push_back(readView(view, views.scale, cancel));
        } catch (const std::bad_alloc &) {
            throw Error(ErrorKind::Memory, "There is not enough memory to read a picture's text.");
        }
        return mergeReadings(readings);
    }

private:
    /// The sure ones of its words, in pixels of the picture.
    std::vector<TextWord> readView(const GreyImage &view, double scale, const CancelToken &cancel)
    {
        std::vector<TextWord> words;
        cancel.check();
        m_tesseract.SetImage(view.levels.data(), view.width, view.height, 1, view.width);
        m_tesseract.SetSourceResolution(kResolution);
        tesseract::ETEXT_DESC monitor;
        monitor.cancel = isCancelled;
        monitor.cancel_this = const_cast<CancelToken *>(&cancel);
        const int failed = m_tesseract.Recognize(&monitor);
        cancel.check();
        const std::unique_ptr<tesseract::ResultIterator> word(failed ? nullptr : m_tesseract.GetIterator());
        constexpr auto kWord = tesseract::RIL_WORD;
        for (bool there = word && !word->Empty(kWord); there; there = word->Next(kWord)) {
            const std::unique_ptr<char[]> text(word->GetUTF8Text(kWord));
            const double confidence = word->Confidence(kWord) / 100.0;
            int left = 0, top = 0, right = 0, bottom = 0;
            if (!text || !*text.get() || !(confidence >= kLeastConfidence)
                || !word->BoundingBox(kWord, &left, &top, &right, &bottom))
                continue;
            std::string said = sanitizeUtf8(text.get());
            std::replace(said.begin(), said.end(), '|', 'I');  // which it takes many an I for; memes have no bars
            const auto pixels = [&](int length) { return static_cast<int>(std::lround(length / scale)); };
            words.push_back({std::move(said), pixels(left), pixels(top), pixels(right) - pixels(left),
                             pixels(bottom) - pixels(top), std::min(confidence, 1.0)});
        }
        m_tesseract.Clear();
        return words;
    }

    static constexpr int kResolution = 300;  ///< dots an inch, which pictures do not say; without it, it guesses

    const std::string m_languages;
    tesseract::TessBaseAPI m_tesseract;
};

}  // namespace

std::string tesseractVersion()
{
    return tesseract::TessBaseAPI::Version();
}

std::unique_ptr<TextReader> makeTesseractReader(const std::string &languages)
{
    return std::make_unique<TesseractReader>(languages);
}

}  // namespace dank
