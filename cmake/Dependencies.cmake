# Every library that asbench stands on, and why. bootstrap.sh installs them; versions are Debian 12's unless pinned there.
find_package(Threads REQUIRED)
find_package(LibTorch 2.11 REQUIRED)          # tensors and networks; cmake/FindLibTorch.cmake
find_package(OpenCV 4.6 REQUIRED COMPONENTS core imgproc imgcodecs videoio)  # picture files, drawing
if(NOT ASBENCH_FUZZ)  # clang would want an OpenMP runtime of its own, and no fuzz target searches neighbours
  find_package(OpenMP REQUIRED COMPONENTS CXX)  # FAISS's own configuration expects it to be found first
  find_package(faiss 1.7.3 REQUIRED)            # nearest neighbours
endif()
find_package(BLAS REQUIRED)                   # BLAS and LAPACK (OpenBLAS has both): set-level metrics
find_package(Eigen3 3.4 REQUIRED NO_MODULE)   # dense algebra in metrics/, without a tensor library
find_package(nlohmann_json 3.11 REQUIRED)     # JSON
find_path(ASBENCH_VALIJSON valijson/validator.hpp REQUIRED)  # JSON schema; header only, Debian ships no CMake package
find_package(fmt REQUIRED)                    # text formatting: g++ 12 lacks std::format
find_package(CLI11 2.1 REQUIRED)              # command line
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)  # SHA-256, hardware accelerated
find_package(CURL REQUIRED)                   # downloads: resume, redirects, proxies
find_package(ICU REQUIRED COMPONENTS uc)      # Unicode normal form C: as the tokenizers define it; names of files and ids in loaders
find_package(PkgConfig REQUIRED)
# Video and audio: colour tags, alpha, the choice of stream and decoder errors are hidden behind OpenCV's reader.
pkg_check_modules(ffmpeg REQUIRED IMPORTED_TARGET libavformat>=59.27 libavcodec>=59.37 libavutil>=57.28 libswscale libswresample>=4.7)  # 5.1
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)   # checksums of store entries, digests of frames
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip>=1.7)  # annotations of the data set are published as zip archives: read in place
pkg_check_modules(sentencepiece REQUIRED IMPORTED_TARGET sentencepiece>=0.1.97)  # T5's tokens: unigram pieces and their normalisation, by those who defined them
# Text and lines of figures (PDF, SVG) and of contact sheets: shaping, fallback between fonts, embedding.
pkg_check_modules(pango REQUIRED IMPORTED_TARGET pangocairo>=1.50 cairo-pdf>=1.16 cairo-svg>=1.16 fontconfig)
find_file(ASBENCH_CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js REQUIRED)  # charts of the report page: inlined, so it is one file
if(ASBENCH_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
if(ASBENCH_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()
